# This runtime's seed, mode and cells: the only writer of `.Random.seed` beside the notebook.

STREAM <- "stream"
PER_CELL <- "per-cell"

now <- new.env(parent = emptyenv())

forget_all <- function() {
  now$epoch <- uuid::UUIDgenerate(use.time = FALSE)
  now$seed <- now$start <- now$plan <- now$cell <- now$request <- now$executor <- NULL
  now$origin <- now$seed_origin <- "generated"
  now$mode <- STREAM
  now$sealing <- TRUE
  now$asked <- FALSE
  now$drew <- FALSE
  now$fresh <- now$left <- NULL
  now$known <- FALSE
  now$reseeds <- list()
  now$streams <- list()
  now$first <- new.env(parent = emptyenv())
  now$counts <- character()
  now$sources <- integer()
}

# -- seeding -------------------------------------------------------------------------------------------

start <- function(seed, origin) {
  if (is.null(now$start) || !has_drawn()) {
    now$start <- seed
    now$origin <- origin
    now$reseeds <- list()
  } else if (length(now$reseeds) < 10000L) {
    now$reseeds[[length(now$reseeds) + 1L]] <- list(if (is.null(now$cell)) "" else now$cell$key, seed)
  }
  if (!is.null(now$cell)) now$cell$seeded <- now$cell$seeded || !moved()
  now$seed <- seed
  now$seed_origin <- origin
  now$first <- new.env(parent = emptyenv())
  restart()
}

has_drawn <- function() now$drew || !identical(state(), now$fresh)

restart <- function() {
  stream <- now$cell$stream
  if (!is.null(now$cell) && moved()) now$cell$moved <- TRUE
  set.seed(if (is.null(stream)) now$seed else derive(now$seed, "stream", stream, "r"))
  now$fresh <- state()
  now$drew <- FALSE
  if (!is.null(now$cell)) now$cell$before <- now$fresh
}

set_mode <- function(mode) {
  if (identical(mode, now$mode)) return(invisible())
  now$mode <- mode
  if (!is.null(now$cell)) now$cell$stream <- stream_of(now$cell$key)
  restart()
}

# The key of a cell's own stream, as the record can hold it; a recorded one wins.
stream_of <- function(key) {
  if (now$mode != PER_CELL) return(NULL)
  recorded <- now$streams[[key]]
  if (is.character(recorded)) return(recorded)
  if (grepl("^[!-~]{1,64}$", key)) key else paste0("k-", substr(digest::digest(key, algo = "sha256", serialize = FALSE), 1L, 16L))
}

# -- cells ---------------------------------------------------------------------------------------------

begin_cell <- function(key, identity, code) {
  seeded <- !is.null(now$seed)
  notes <- if (seeded) c(put_back(), seed_again(key)) else list()
  stream <- if (seeded) stream_of(key)
  if (!is.null(stream)) set.seed(derive(now$seed, "stream", stream, "r"))
  notes <- c(notes, unsealed_lines(code))
  now$cell <- list(
    key = key, identity = identity, code = code, before = state(), found = state(), moved = FALSE, seeded = seeded, stream = stream,
    notes = notes, workers = 0L
  )
}

moved <- function() now$cell$moved || !identical(now$cell$before, state())

# Return what the cell did; `states` holds the generator's state if the cell changed it.
end_cell <- function() {
  cell <- now$cell
  after <- state()
  drew <- moved()
  now$drew <- now$drew || drew
  now$left <- after
  now$known <- TRUE
  now$cell <- NULL
  remember(cell, drew)
  list(
    event = "cell", version = 2L, epoch = now$epoch, key = cell$key, states = if (drew) list(r = encoded(after)) else empty(),
    seeded = cell$seeded, stream = if (is.null(cell$stream)) NA else cell$stream, notes = cell$notes
  )
}

note <- function(kind, where, what) list(list(kind = kind, where = where, what = what))

# Undo draws between cells: a front end's, a graphics device's.
put_back <- function() {
  found <- state()
  if (!now$known || identical(found, now$left)) return(list())
  exact <- is_exact(now$left) && is_exact(found)
  if (exact) restore(now$left)
  note("between", "before the cell", paste0("r: ", if (exact) "put back" else "not put back, its kind has a hidden state"))
}

# Without a state, which `rm(list = ls(all.names = TRUE))` takes away, the next draw would take its seed from the clock.
seed_again <- function(key) {
  if (!is.null(state()) || !now$sealing) return(list())
  set.seed(derive(now$seed, "removed", key))
  note("sealed", "before the cell", ".Random.seed had been removed")
}

CLOCK_SEEDS <- c(
  "set\\.seed\\(\\s*NULL", "set\\.seed\\(.*Sys\\.(time|getpid)", "rm\\(.*all(\\.names)?\\s*=\\s*T", "rm\\(.*\\.Random\\.seed"
)

unsealed_lines <- function(code) {
  lines <- strsplit(code, "\n", fixed = TRUE)[[1L]]
  found <- which(Reduce(`|`, lapply(CLOCK_SEEDS, grepl, lines), logical(length(lines))) & !grepl("^\\s*#", lines))
  unlist(lapply(found, function(line) note("unsealed", paste("line", line), "a seed from the clock")), recursive = FALSE)
}

empty <- function() structure(list(), names = character())

# -- what a runner is told -------------------------------------------------------------------------------

current <- function() {
  list(
    version = 2L, epoch = now$epoch, seed = now$start, origin = now$origin, mode = now$mode, sealed = now$sealing,
    reseeds = now$reseeds, environment = description(),
    determinism = if (is_sealed_parallel()) list(parallel = "L'Ecuyer-CMRG") else empty()
  )
}

OF_R <- c(
  "base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines", "stats", "stats4", "tcltk", "tools", "utils"
)
OF_IRKERNEL <- c("IRkernel", "IRdisplay", "repr", "evaluate", "pbdZMQ", "uuid", "digest", "jsonlite", "crayon", "base64enc")

description <- function() {
  loaded <- setdiff(sort(loadedNamespaces(), method = "radix"), c(OF_R, OF_IRKERNEL))
  blas <- tryCatch(basename(c(extSoftVersion()[["BLAS"]], La_library())), error = function(e) character())
  list(
    r = as.character(getRversion()),
    kernel = paste("IRkernel", utils::packageVersion("IRkernel")),
    rng_kind = paste(RNGkind(), collapse = ", "),
    blas = as.list(unique(blas[nzchar(blas)])),
    packages = c(empty(), lapply(stats::setNames(loaded, loaded), function(name) as.character(utils::packageVersion(name))))
  )
}
