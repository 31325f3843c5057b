"""The global generators that notebooks draw from: which functions draw, which seed, and what a seed in the arguments spares."""

from __future__ import annotations

import re
from typing import NamedTuple

from seednb.check.facts import Call

PYTHON, NUMPY, NUMBA, TORCH, TENSORFLOW, KERAS = "python", "numpy", "numba", "torch", "tensorflow", "keras"
ALL = frozenset({PYTHON, NUMPY, NUMBA, TORCH, TENSORFLOW, KERAS})
LABELS = {PYTHON: "Python", NUMPY: "NumPy", NUMBA: "Numba", TORCH: "PyTorch", TENSORFLOW: "TensorFlow", KERAS: "Keras"}
SEED_LINES = {
    PYTHON: "random.seed(42)",
    NUMPY: "np.random.seed(42)",
    NUMBA: "np.random.seed(42) in a compiled function",
    TORCH: "torch.manual_seed(42)",
    TENSORFLOW: "tf.random.set_seed(42)",
    KERAS: "keras.utils.set_random_seed(42)",
}
SEED_KEYWORDS = ("seed", "random_state", "rng", "generator", "key", "gen", "random_seed")

SEEDS = {
    "random.seed": {PYTHON, KERAS},
    "random.setstate": {PYTHON, KERAS},
    "numpy.random.seed": {NUMPY},
    "numpy.random.set_state": {NUMPY},
    "torch.manual_seed": {TORCH},
    "torch.random.manual_seed": {TORCH},
    "torch.set_rng_state": {TORCH},
    "torch.random.set_rng_state": {TORCH},
    "tensorflow.random.set_seed": {TENSORFLOW, KERAS},
    "tensorflow.set_random_seed": {TENSORFLOW, KERAS},
    "tensorflow.random.set_random_seed": {TENSORFLOW, KERAS},
    "keras.utils.set_random_seed": set(ALL),
    "keras.backend.set_random_seed": set(ALL),
    "torch.cuda.manual_seed": set(),
    "torch.cuda.manual_seed_all": set(),
}
_SEED_OTHERS = (
    *("numpy.", "scipy.", "jax.", "torch.seed", "torch.random.", "torch.cuda", "random.", "tensorflow."),
    *("cupy.", "cv2.", "dask.", "faker.", "gymnasium.", "mxnet.", "paddle.", "polars."),
)
"""Their functions that are named so seed none of the systems, or are listed above."""
_SEEDER = re.compile(r"(?!(?:get|split|initial|new|generate|load|print)_)(?:\w+_)?(?:seeds?|determinism)(?:_\w+)?", re.IGNORECASE)


def _named(prefix: str, names: str) -> list[str]:
    return [f"{prefix}.{name}" for name in names.split()]


_PYTHON_DRAWS = """betavariate choice choices expovariate gammavariate gauss getrandbits lognormvariate normalvariate paretovariate
    randbytes randint random randrange sample shuffle triangular uniform vonmisesvariate weibullvariate binomialvariate"""
_NUMPY_DRAWS = """beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic
    lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation
    poisson power rand randint randn random random_integers random_sample ranf rayleigh sample shuffle standard_cauchy
    standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf"""
_TORCH_DRAWS = "bernoulli multinomial normal poisson rand rand_like randint randint_like randn randn_like randperm dropout"
_TORCH_LAYERS = """Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Embedding EmbeddingBag GRU GRUCell
    LSTM LSTMCell Linear MultiheadAttention RNN RNNCell Transformer TransformerDecoderLayer TransformerEncoderLayer"""
_TORCH_INIT = """kaiming_normal_ kaiming_uniform_ normal_ orthogonal_ sparse_ trunc_normal_ uniform_ xavier_normal_ xavier_uniform_
    kaiming_normal kaiming_uniform normal uniform xavier_normal xavier_uniform"""
_TF_DRAWS = "categorical gamma normal poisson shuffle truncated_normal uniform"
_TF_IMAGE = """random_brightness random_contrast random_crop random_flip_left_right random_flip_up_down random_hue random_jpeg_quality
    random_saturation"""
_KERAS_LAYERS = """AlphaDropout Bidirectional Conv1D Conv2D Conv2DTranspose Conv3D Dense DepthwiseConv2D Dropout Embedding GRU
    GaussianNoise LSTM MultiHeadAttention SeparableConv2D SimpleRNN SpatialDropout2D"""
_KERAS_DRAWS = "beta binomial categorical dropout gamma normal randint shuffle truncated_normal uniform"
_NX_PYTHON = """barabasi_albert_graph connected_watts_strogatz_graph erdos_renyi_graph gnm_random_graph gnp_random_graph
    binomial_graph newman_watts_strogatz_graph powerlaw_cluster_graph random_geometric_graph random_regular_graph
    watts_strogatz_graph configuration_model expected_degree_graph"""

DRAWS = {
    **dict.fromkeys(_named("random", _PYTHON_DRAWS), PYTHON),
    **dict.fromkeys(_named("networkx", _NX_PYTHON), PYTHON),
    **dict.fromkeys(_named("numpy.random", _NUMPY_DRAWS), NUMPY),
    **dict.fromkeys(_named("networkx", "spring_layout random_layout draw_spring draw_random"), NUMPY),
    **dict.fromkeys(("scipy.sparse.random", "scipy.sparse.rand", "sklearn.utils.shuffle"), NUMPY),
    **dict.fromkeys(_named("torch", _TORCH_DRAWS), TORCH),
    **dict.fromkeys(_named("torch.nn", _TORCH_LAYERS), TORCH),
    **dict.fromkeys(_named("torch.nn.init", _TORCH_INIT), TORCH),
    **dict.fromkeys(_named("torch.nn.functional", "dropout dropout1d dropout2d dropout3d alpha_dropout gumbel_softmax"), TORCH),
    "torch.utils.data.random_split": TORCH,
    "torch.utils.data.RandomSampler": TORCH,
    "torch.utils.data.dataset.random_split": TORCH,
    **dict.fromkeys(_named("tensorflow.random", _TF_DRAWS), TENSORFLOW),
    **dict.fromkeys(_named("tensorflow", "random_normal random_uniform truncated_normal random_shuffle"), TENSORFLOW),
    **dict.fromkeys(_named("tensorflow.image", _TF_IMAGE), TENSORFLOW),
    "tensorflow.nn.dropout": TENSORFLOW,
    **dict.fromkeys(_named("keras.layers", _KERAS_LAYERS), KERAS),
    **dict.fromkeys(_named("keras.random", _KERAS_DRAWS), KERAS),
}  # fmt: skip


class _Pattern(NamedTuple):
    pattern: re.Pattern[str]
    system: str


_PATTERNS = [
    _Pattern(re.compile(r"scipy\.stats\.(?!qmc\.|sampling\.)\w+(?:\(\))?\.rvs"), NUMPY),
    _Pattern(re.compile(r"pandas\.(?:\w+\(\)|\w+\(\)\.\w+\(\))\.sample"), NUMPY),
    _Pattern(re.compile(r"torch\.distributions\.(?:\w+\.)?\w+\(\)\.r?sample(?:_n)?"), TORCH),
    _Pattern(
        re.compile(r"torch\.(?:\w+\(\)\.)+(?:normal_|uniform_|random_|bernoulli_|exponential_|cauchy_|log_normal_|geometric_)"), TORCH
    ),
    _Pattern(re.compile(r"tensorflow_probability\.(?:python\.)?distributions\.\w+\(\)\.sample"), TENSORFLOW),
    _Pattern(re.compile(r"tensorflow\.data\.[\w.()]+\(\)\.shuffle"), TENSORFLOW),
]
_METHODS = ("rvs", "sample", "rsample", "sample_n", "shuffle")
LOADERS = ("torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader")
"""They draw when they are looped over, not when they are made."""


def owner(system: str) -> str:
    """Return a system's name in the genitive."""
    label = LABELS[system]
    return f"{label}'" if label.endswith("s") else f"{label}'s"


def is_none(node: object) -> bool:
    """Tell whether an argument is missing or the constant None."""
    return node is None or getattr(node, "value", node) is None


def draws_from(call: Call) -> str:
    """Return the system whose global generator a call draws from, or nothing."""
    system = DRAWS.get(call.name, "") or _by_pattern(call.name)
    if call.name in LOADERS:
        shuffle = call.argument(2, "shuffle")
        system = "" if is_none(shuffle) or getattr(shuffle, "value", True) is False else TORCH
    if not system or call.spreads:
        return ""
    return "" if any(not is_none(call.argument(None, keyword)) for keyword in SEED_KEYWORDS) else system


def _by_pattern(name: str) -> str:
    if not name.endswith(_METHODS) and not name.endswith("_"):
        return ""
    return next((system for pattern, system in _PATTERNS if pattern.fullmatch(name)), "")


def seeded_by(call: Call) -> frozenset[str]:
    """Return the systems whose global generators a call seeds. A function of another module that is named so seeds all."""
    name = call.name
    if name in SEEDS:
        return frozenset(SEEDS[name])
    if not name or name.startswith((".", "?", "builtins.")) or "()" in name or not _SEEDER.fullmatch(name.rpartition(".")[2]):
        return frozenset()
    return frozenset() if name.startswith(_SEED_OTHERS) else ALL
