# What a notebook may call, attached as `seednb`: nothing of it stands in the global environment.

api <- new.env(parent = baseenv())

# The verbs are documented in docs/r.md.
verbs <- list(
  seednb_seed = function(seed = NULL) {
    asked <- if (!is.null(seed)) check_seed(seed, "seednb_seed")
    planned <- planned_seed()
    chosen <- if (!is.null(planned)) planned else if (is.null(asked)) list(generate_seed(), "generated") else list(asked, "magic")
    now$asked <- TRUE
    start(chosen[[1L]], chosen[[2L]])
    other <- if (!is.null(asked) && asked != chosen[[1L]]) paste0(" (", chosen[[2L]], ") in place of ", asked) else ""
    tell(paste0("seednb: seed ", chosen[[1L]], other), carries = TRUE)
  },
  seednb_status = function() tell(status()),
  seednb_rewind = function(cell = NULL) {
    identity <- if (is.null(cell)) now$cell$identity else if (is.numeric(cell)) now$counts[as.character(cell)] else as.character(cell)
    first <- if (length(identity) == 1L && !is.na(identity)) now$first[[identity]]
    if (is.null(first) && !identical(identity, now$cell$identity)) {
      stop("seednb_rewind: cell ", cell, " has not run since the seed was set", call. = FALSE)
    }
    target <- if (is.null(first)) now$cell$found else first$found
    if (!is_exact(target)) stop("seednb_rewind: this kind of generator has a hidden state, which cannot be put back", call. = FALSE)
    restore(target)
    tell(paste0("seednb: r put back to where ", if (is.null(cell)) "this cell" else paste("cell", cell), " first found it"))
  },
  seednb_per_cell = function() {
    start_unasked()
    set_mode(PER_CELL)
    tell(paste("seednb: each cell draws from its own stream of seed", now$seed))
  },
  seednb_stream = function() {
    start_unasked()
    set_mode(STREAM)
    tell(paste0("seednb: all cells draw from one stream of seed ", now$seed, ", which starts anew"))
  },
  seednb_off = function() {
    now$seed <- NULL
    now$asked <- TRUE
    now$known <- FALSE
    tell("seednb: off; the generator goes on from where it is")
  }
)

attach_api <- function() {
  list2env(verbs, envir = api)
  if ("seednb" %in% search()) detach("seednb", character.only = TRUE)
  attach(api, name = "seednb", warn.conflicts = FALSE)
}

# The seed that a run's or replay's plan puts in place of the one asked for.
planned_seed <- function() {
  plan <- now$plan
  if (is.null(plan) || is.null(plan$seed)) return(NULL)
  if (isTRUE(plan$replay)) {
    for (index in seq_along(plan$reseeds)) {
      if (identical(plan$reseeds[[index]][[1L]], now$cell$key)) {
        seed <- plan$reseeds[[index]][[2L]]
        now$plan$reseeds[[index]] <- NULL
        return(list(as.integer(seed), plan$origin))
      }
    }
  }
  if (isTRUE(plan$override) || isTRUE(plan$replay)) list(as.integer(plan$seed), plan$origin)
}

status <- function() {
  if (is.null(now$seed)) return("seednb: no seed is set; seednb_seed(42) sets one, seednb_seed() generates one")
  origins <- c(
    "command-line" = "given on the command line", environment = "from SEEDNB_SEED", generated = "newly generated",
    magic = "given to seednb_seed()", pyproject = "from pyproject.toml", record = "from the record"
  )
  origin <- if (now$seed_origin %in% names(origins)) origins[[now$seed_origin]] else now$seed_origin
  paste0(
    "seednb: seed ", now$seed, " (", origin, ")", if (now$mode == PER_CELL) "; each cell draws from its own stream",
    "; covers r (", paste(RNGkind(), collapse = ", "), ")",
    if (is_sealed_parallel()) "; workers of package parallel draw from L'Ecuyer-CMRG streams"
  )
}

# Seed from SEEDNB_SEED, the nearest pyproject.toml, or anew, where nobody has named a seed.
start_unasked <- function() {
  if (now$asked || !is.null(now$seed)) return(invisible())
  now$asked <- TRUE
  chosen <- choose_seed()
  start(chosen[[1L]], chosen[[2L]])
}

choose_seed <- function() {
  given <- Sys.getenv("SEEDNB_SEED")
  if (nzchar(trimws(given))) return(list(check_seed(given, "SEEDNB_SEED"), "environment"))
  named <- project()$seed
  if (is.null(named)) list(generate_seed(), "generated") else list(check_seed(named, "pyproject.toml: [tool.seednb] seed"), "pyproject")
}

is_off <- function() tolower(trimws(Sys.getenv("SEEDNB"))) %in% c("off", "0", "false", "no") || identical(project()$enabled, "false")

# The plain values of `[tool.seednb]` in the nearest pyproject.toml.
project <- function() {
  folder <- normalizePath(".")
  while (!file.exists(file.path(folder, "pyproject.toml"))) {
    if (dirname(folder) == folder) return(list())
    folder <- dirname(folder)
  }
  lines <- readLines(file.path(folder, "pyproject.toml"), warn = FALSE, encoding = "UTF-8")
  table <- which(grepl("^\\[tool\\.seednb\\]", lines))
  if (!length(table)) return(list())
  lines <- lines[-seq_len(table[[1L]])]
  lines <- lines[cumsum(grepl("^\\[", lines)) == 0L]
  pairs <- regmatches(lines, regexec("^([A-Za-z_-]+)\\s*=\\s*\"?([^#\"]+?)\"?\\s*(#.*)?$", lines, perl = TRUE))
  pairs <- pairs[lengths(pairs) > 0L]
  stats::setNames(lapply(pairs, function(pair) gsub("_", "", trimws(pair[[3L]]))), vapply(pairs, `[[`, "", 2L))
}
