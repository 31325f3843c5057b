# R's generator. Its state is `.Random.seed`, whose first number names the kinds; nothing here draws.

MAX_SEED <- 2147483647
SEED <- ".Random.seed"

# The state, or NULL where the generator has not been used yet.
state <- function() get0(SEED, envir = globalenv(), inherits = FALSE)

restore <- function(state) {
  if (!is.null(state)) {
    assign(SEED, state, envir = globalenv())
  } else if (!is.null(state())) {
    rm(list = SEED, envir = globalenv())
  }
}

# Box-Muller keeps half a pair, and generators that a package supplies keep what they like, where nobody can read it.
is_exact <- function(state) {
  kinds <- if (length(state)) state[[1L]] else 0L
  kinds %% 100L != 5L && !((kinds %/% 100L) %% 100L) %in% c(2L, 3L)
}

# The bytes of the state in base 64; no bytes where there is none.
encoded <- function(state) if (is.null(state)) "" else jsonlite::base64_enc(writeBin(state, raw(), endian = "little"))

# 31 bits that follow from some words: every kind takes them as a seed.
derive <- function(...) {
  hex <- digest::digest(paste(..., sep = "\n"), algo = "sha256", serialize = FALSE)
  as.integer(as.numeric(paste0("0x", substr(hex, 1L, 8L))) %% (MAX_SEED + 1))
}

# From the operating system's entropy: the package draws nothing from R.
generate_seed <- function() derive(uuid::UUIDgenerate(use.time = FALSE))

check_seed <- function(seed, where) {
  if (is.character(seed) && length(seed) == 1L && grepl("^\\s*[0-9]{1,30}\\s*$", seed)) seed <- as.numeric(seed)
  whole <- is.numeric(seed) && length(seed) == 1L && is.finite(seed) && seed == floor(seed)
  if (!whole || seed < 0 || seed > MAX_SEED) {
    shown <- if (whole) format(seed, scientific = FALSE, digits = 15L) else substr(paste(deparse(seed), collapse = " "), 1L, 40L)
    stop(where, ": ", shown, " is not a seed for R: give an integer from 0 to 2147483647, for example 42", call. = FALSE)
  }
  as.integer(seed)
}

# The state of a new L'Ecuyer-CMRG stream; the generator in use stays as it is.
lecuyer_stream <- function(seed) {
  before <- state()
  kinds <- RNGkind()
  on.exit({
    if (is.null(before)) do.call(RNGkind, as.list(kinds))
    restore(before)
  })
  set.seed(seed, kind = "L'Ecuyer-CMRG")
  state()
}
