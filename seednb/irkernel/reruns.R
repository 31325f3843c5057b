# Cells that are run again: what is remembered of their first runs, and when to warn.

LARGE <- 1e6

remember <- function(cell, drew) {
  if (is.null(now$first[[cell$identity]])) {
    now$first[[cell$identity]] <- list(
      code = cell$code, found = cell$found, drew = drew && is.null(cell$stream) && !starts_with_seed(cell$code), values = cell$values
    )
  }
}

# The warning for a cell that is about to run, or NULL: silent is only what gives the same again.
rerun_warning <- function(identity, code) {
  first <- now$first[[identity]]
  if (is.null(first)) return(NULL)
  reasons <- character()
  draws <- first$drew && !identical(state(), first$found)
  if (draws) reasons <- "it draws from r"
  names <- changed_names(first$values, read_by(code))
  if (length(names)) {
    shown <- if (length(names) > 4L) c(names[1:3], paste("and", length(names) - 3L, "more")) else names
    reasons <- c(reasons, paste0("it reads ", paste(shown, collapse = ", "), ", which may have changed since its first run"))
  }
  if (!length(reasons)) return(NULL)
  edited <- !identical(trimws(code, "right"), trimws(first$code, "right"))
  paste0(
    if (edited) "this cell was edited since it ran in this runtime: " else "this cell has run before in this runtime: ",
    paste(reasons, collapse = " and "), "; a fresh runtime gives other results (",
    if (draws) "seednb_rewind() puts the generator back, ", "a restart and run all gives those)"
  )
}

# What the global names that a source reads hold: kept while they are small, R copies what is changed.
values_of <- function(code) {
  names <- read_by(code)
  stats::setNames(lapply(names, function(name) {
    value <- held(name)
    if (is_plain(value)) list(value) else NULL
  }), names)
}

# What a global name holds; an active binding would run code, and stands for itself.
held <- function(name) if (bindingIsActive(name, globalenv())) now else get(name, envir = globalenv(), inherits = FALSE)

is_plain <- function(value) !is.environment(value) && typeof(value) != "externalptr" && !isS4(value) && utils::object.size(value) <= LARGE

changed_names <- function(values, names) {
  same <- vapply(names, function(name) {
    before <- values[[name]]
    !is.null(before) && identical(before[[1L]], held(name))
  }, logical(1L))
  intersect(names[!same], names(values))
}

# The global names that a source may read before it has assigned them, through the notebook's own functions too.
read_by <- function(code) {
  expressions <- tryCatch(parse(text = code, keep.source = FALSE), error = function(e) NULL)
  read <- assigned <- character()
  for (expression in as.list(expressions)) {
    is_assignment <- is.call(expression) && (identical(expression[[1L]], quote(`<-`)) || identical(expression[[1L]], quote(`=`)))
    simple <- is_assignment && is.name(expression[[2L]])
    read <- union(read, setdiff(all.names(if (simple) expression[[3L]] else expression), assigned))
    if (simple) assigned <- union(assigned, as.character(expression[[2L]]))
  }
  global <- setdiff(read[vapply(read, exists, logical(1L), envir = globalenv(), inherits = FALSE)], SEED)
  through_functions(global)
}

through_functions <- function(names) {
  todo <- names
  while (length(todo)) {
    value <- held(todo[[1L]])
    used <- if (typeof(value) == "closure") all.names(body(value)) else character()
    used <- setdiff(used[vapply(used, exists, logical(1L), envir = globalenv(), inherits = FALSE)], c(names, SEED))
    names <- c(names, used)
    todo <- c(todo[-1L], used)
  }
  sort(names, method = "radix")
}

# A cell that begins with `set.seed(7)` gives the same each time.
starts_with_seed <- function(code) {
  expressions <- tryCatch(parse(text = code, keep.source = FALSE), error = function(e) NULL)
  first <- if (length(expressions)) expressions[[1L]]
  is.call(first) && identical(first[[1L]], quote(set.seed)) && length(first) == 2L && is.numeric(first[[2L]])
}
