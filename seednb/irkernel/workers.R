# What package `parallel` starts draws from L'Ecuyer-CMRG streams of the run's seed; the notebook's own generator keeps its kind.
# Forked workers of another kind forget `.Random.seed` and take a seed from the clock, and new processes have none.

PARALLEL <- new.env(parent = emptyenv())

is_sealed_parallel <- function() now$sealing && length(ls(PARALLEL)) > 0L

seal_parallel <- function(...) {
  ns <- asNamespace("parallel")
  replace <- function(name, make) {
    if (exists(name, envir = ns, inherits = FALSE) && is.null(PARALLEL[[name]])) {
      original <- get(name, envir = ns)
      PARALLEL[[name]] <- original
      put(name, make(original), ns)
    }
  }
  replace("mc.reset.stream", function(original) function() if (is_ours()) new_stream() else original())
  replace("mc.advance.stream", function(original) {
    function(reset = FALSE) {
      if (!is_ours()) return(original(reset))
      stream <- now$cell$workers_stream
      if (reset || is.null(stream)) new_stream() else now$cell$workers_stream <- parallel::nextRNGStream(stream)
    }
  })
  replace("mc.set.stream", function(original) {
    function() if (is_ours() && !is.null(now$cell$workers_stream)) restore(now$cell$workers_stream) else original()
  })
  for (name in c("makePSOCKcluster", "makeForkCluster")) {
    replace(name, function(original) {
      function(...) {
        cluster <- original(...)
        if (is_sealing()) parallel::clusterSetRNGStream(cluster, worker_seed("cluster"))
        cluster
      }
    })
  }
}

unseal_parallel <- function() {
  for (name in ls(PARALLEL)) put(name, PARALLEL[[name]], asNamespace("parallel"))
  rm(list = ls(PARALLEL), envir = PARALLEL)
}

watch_parallel <- function() {
  if (isNamespaceLoaded("parallel")) seal_parallel()
  setHook(packageEvent("parallel", "onLoad"), seal_parallel)
}

is_sealing <- function() now$sealing && !is.null(now$seed) && !is.null(now$cell)

# A notebook that has chosen L'Ecuyer-CMRG has streams already.
is_ours <- function() is_sealing() && RNGkind()[[1L]] != "L'Ecuyer-CMRG"

new_stream <- function() now$cell$workers_stream <- lecuyer_stream(worker_seed("fork"))

# Keyed by the cell and the number of the use there, and by the generator's state, so that `set.seed` above it counts.
worker_seed <- function(kind) {
  now$cell$workers <- now$cell$workers + 1L
  if (now$cell$workers == 1L) {
    now$cell$notes <- c(now$cell$notes, note("sealed", "the cell", "workers of package parallel draw from L'Ecuyer-CMRG streams"))
  }
  derive(now$seed, kind, now$cell$key, now$cell$workers, encoded(state()))
}

# Replace a binding of a namespace, locked or not.
put <- function(name, value, ns) {
  locked <- bindingIsLocked(name, ns)
  if (locked) unlockBinding(name, ns)
  assign(name, value, envir = ns)
  if (locked) lockBinding(name, ns)
}
