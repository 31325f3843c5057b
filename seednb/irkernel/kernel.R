# All that knows IRkernel: the wrapper around its `execute`, the runner's questions, and what is shown in a cell.

OLDEST <- "3.6"
RECORD_MIME <- "application/vnd.seednb.record+json"

# Wrap the executor of a kernel; one that is wrapped already is wrapped anew.
wrap <- function(executor) {
  execute <- executor$execute
  original <- attr(execute, "seednb")
  if (is.null(original)) original <- execute
  forget_all()
  now$executor <- executor
  assign("execute", structure(function(request) serve(request, original), seednb = original), envir = as.environment(executor))
  attach_api()
  watch_parallel()
}

# Sent by a runner in a silent request: the executor that runs it is some frames above.
inject <- function() {
  for (frame in sys.frames()) {
    self <- get0(".self", envir = frame)
    if (methods::is(self, "Executor")) return(wrap(self))
  }
}

# Run by a profile, before IRkernel's main(): its Kernel is ours as soon as it has been made.
at_start <- function() {
  hook <- function(...) {
    ns <- asNamespace("IRkernel")
    main <- get("main", envir = ns)
    make <- function(...) {
      kernel <- get("Kernel", envir = ns)$new(...)
      wrap(kernel$executor)
      tryCatch(if (is_off()) now$asked <- TRUE else start_unasked(), error = failed)
      kernel
    }
    environment(main) <- list2env(list(Kernel = list(new = make)), parent = ns)
    put("main", main, ns)
  }
  if (isNamespaceLoaded("IRkernel")) hook() else setHook(packageEvent("IRkernel", "onLoad"), hook)
}

# -- requests --------------------------------------------------------------------------------------------

serve <- function(request, original) {
  question <- request$content$user_expressions$seednb
  if (is.character(question) && startsWith(question, "{")) return(answer(request, question))
  if (isTRUE(request$content$silent) || !isTRUE(request$content$store_history) || !grepl("\\S", request$content$code)) {
    return(original(request))
  }
  now$request <- request
  count <- now$executor$execution_count
  begun <- tryCatch(begin_served(request), error = failed)
  if (is.character(begun)) request$content$code <- begun
  on.exit(tryCatch(end_served(count), error = failed))
  original(request)
}

# Return the code to run in place of a cell that is refused, if it is.
begin_served <- function(request) {
  code <- request$content$code
  who <- who_runs(request$metadata, code)
  refused <- NULL
  if (is.null(now$plan) && !is.null(now$seed)) {
    warning <- rerun_warning(who$identity, code)
    asked <- getOption("seednb.rerun", "warn")
    if (!is.null(warning) && identical(asked, "error")) {
      refused <- paste0("stop(", deparse(paste0("seednb: ", warning, "; the cell did not run")), ", call. = FALSE)")
    } else if (!is.null(warning) && !identical(asked, "off")) {
      send("stream", list(name = "stderr", text = paste0("seednb: ", warning, "\n")))
    }
  }
  begin_cell(who$key, who$identity, code)
  if (is.null(now$plan) && is.null(now$first[[who$identity]])) now$cell$values <- values_of(code)
  refused
}

end_served <- function(count) {
  if (is.null(now$cell)) return(invisible())
  now$counts[as.character(count)] <- now$cell$identity
  event <- end_cell()
  if (!is.null(now$plan)) send("seednb_event", event) else show_unasked()
}

# A cell's key in the record, and what names it as long as this runtime lives: the notebook's own id; VS Code sends the address of
# the cell's document; without both, as under nbclient and papermill, equal sources are different cells.
who_runs <- function(metadata, code) {
  sent <- c(metadata$cellId, metadata$colab$cell_id)
  sent <- if (is.character(sent) && length(sent) && nzchar(sent[[1L]])) sent[[1L]]
  if (!is.null(sent) && nchar(sent) <= 200L && !grepl("://|^vscode-notebook-cell:", sent)) return(list(key = sent, identity = sent))
  hash <- substr(digest::digest(code, algo = "sha256", serialize = FALSE), 1L, 10L)
  now$sources[hash] <- if (is.na(now$sources[hash])) 0L else now$sources[hash] + 1L
  key <- paste0("h-", hash, "-", now$sources[hash])
  list(key = key, identity = if (is.null(sent)) key else sent)
}

failed <- function(error) {
  now$problem <- conditionMessage(error)
  NULL
}

# -- a runner's questions ----------------------------------------------------------------------------------

answer <- function(request, question) {
  result <- tryCatch(
    {
      asked <- jsonlite::fromJSON(question, simplifyVector = FALSE)
      if (identical(asked$ask, "attach")) attach_runner(asked$plan)
      if (identical(asked$ask, "finish")) finish()
      list(status = "ok", data = list("text/plain" = as_json(current())), metadata = empty())
    },
    error = function(e) list(status = "error", ename = "Error", evalue = conditionMessage(e), traceback = list())
  )
  now$executor$send_response("execute_reply", request, "shell", list(
    status = "ok", execution_count = now$executor$execution_count, payload = list(), user_expressions = list(seednb = result)
  ))
}

attach_runner <- function(plan) {
  if (getRversion() < OLDEST) stop("R ", getRversion(), " is too old: seednb needs R ", OLDEST, " or newer")
  now$plan <- plan
  now$mode <- plan$mode
  now$streams <- plan$streams
  now$sealing <- isTRUE(plan$seal)
  now$seed <- now$start <- NULL
  if (!is.null(plan$seed)) start(check_seed(plan$seed, "the seed"), plan$origin)
}

# A front end's replay is over: the runtime goes on as if nobody had planned it.
finish <- function() {
  now$plan <- NULL
  now$asked <- now$shown <- TRUE
}

as_json <- function(value) as.character(jsonlite::toJSON(value, auto_unbox = TRUE, null = "null", na = "null"))

# -- what is shown -------------------------------------------------------------------------------------------

send <- function(type, content) if (!is.null(now$request)) now$executor$send_response(type, now$request, "iopub", content)

# Show a text in the running cell; with `carries` and no runner, the record of the seed goes with it.
tell <- function(text, carries = FALSE) {
  data <- list("text/plain" = text)
  if (carries && is.null(now$plan)) data[[RECORD_MIME]] <- record()
  send("display_data", list(data = data, metadata = empty()))
  if (carries) now$shown <- TRUE
  invisible()
}

show_unasked <- function() {
  if (!is.null(now$problem)) {
    tell(paste0("seednb: ", now$problem))
    now$problem <- NULL
  }
  if (!isTRUE(now$shown) && !is.null(now$seed)) tell(paste("seednb: seed", now$seed), carries = TRUE)
}

# The record without its cells: their digests are made by who runs or verifies the notebook.
record <- function() {
  found <- current()
  found$version <- 1L
  found$epoch <- NULL
  c(found, list(hash_seed = NA, cells = empty()))
}
