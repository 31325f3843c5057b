"""What the tables say of libraries is true of the libraries: the names are there, and the calls draw."""

from __future__ import annotations

import importlib
import inspect
import random
import zlib

import numpy as np
import pytest

from seednb.check.hidden import SKLEARN, SOMETIMES
from seednb.check.systems import DRAWS, SEEDS

GONE = {
    "keras.backend.set_random_seed", "numpy.random.ranf", "numpy.random.random_integers", "random.binomialvariate", "scipy.sparse.rand",
    "tensorflow.random_normal", "tensorflow.random_uniform", "tensorflow.random_shuffle", "tensorflow.truncated_normal",
    "tensorflow.set_random_seed", "tensorflow.random.set_random_seed", "torch.nn.init.kaiming_normal", "torch.nn.init.kaiming_uniform",
    "torch.nn.init.normal", "torch.nn.init.uniform", "torch.nn.init.xavier_normal", "torch.nn.init.xavier_uniform",
}  # fmt: skip
"""Names of old versions, or of newer ones than are installed, which notebooks still use."""


def resolve(name: str) -> object:
    """Return what a dotted name stands for."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        return getattr(resolve(module), attribute)


def missing(*libraries: str) -> set[str]:
    """Return the names in the tables that are not in these libraries."""
    found = set()
    for name in {*DRAWS, *SEEDS} - GONE:
        if name.partition(".")[0] in libraries:
            try:
                resolve(name)
            except AttributeError:
                found.add(name)
    return found


def test_the_names_are_there():
    """Each function that the tables name is in Python, NumPy, SciPy, NetworkX and scikit-learn."""
    assert set() == missing("random", "numpy", "scipy", "networkx", "sklearn")


@pytest.mark.frameworks
def test_the_names_are_in_the_frameworks():
    """Each function that the tables name is in PyTorch, TensorFlow and Keras."""
    for library in ("torch", "tensorflow", "keras"):
        pytest.importorskip(library, reason=f"{library} is not installed")
    assert set() == missing("torch", "tensorflow", "keras")


def moves(call) -> bool:
    """Tell whether a call moves NumPy's global generator."""

    def state():
        _, key, position, *_ = np.random.get_state()
        return zlib.crc32(key.tobytes()), position

    kept = np.random.get_state()
    try:
        np.random.seed(0)
        before = state()
        call()
        return before != state()
    finally:
        np.random.set_state(kept)


SIZES = {"shape": (5, 5), "n_clusters": 2, "n_samples": 5, "n_components": 3, "n_features": 4, "n_nonzero_coefs": 2, "n_dim": 3}
X = np.random.RandomState(0).rand(60, 4)
Y = (X[:, 0] + X[:, 1] > 1).astype(int)


def use(name: str, **options: object) -> None:
    """Make what a name stands for, without a random_state, and fit or split with it."""
    from sklearn.linear_model import Ridge

    thing = resolve(name)
    assert "random_state" in inspect.signature(thing).parameters
    if name.endswith("permutation_importance"):
        thing(Ridge().fit(X, Y), X, Y)
    elif ".make_" in name:
        needed = [one.name for one in inspect.signature(thing).parameters.values() if one.default is one.empty]
        thing(**{one: SIZES[one] for one in needed})
    elif not inspect.isclass(thing):
        thing(X)
    else:
        made = thing(Ridge(), {"alpha": range(20)}) if name.endswith("RandomizedSearchCV") else thing(**options)
        if hasattr(made, "split"):
            list(made.split(X, Y, groups=np.arange(60)))
        else:
            made.fit(X, Y)


@pytest.mark.parametrize("name", sorted(SKLEARN))
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_draws(name):
    """Each learner, splitter and data set that the table names draws from NumPy's global generator without a random_state."""
    options = {"n_components": 2} if ".random_projection." in name else {}
    assert moves(lambda: use(name, **options))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sklearn.model_selection.KFold", {"shuffle": True}),
        ("sklearn.model_selection.StratifiedKFold", {"shuffle": True}),
        ("sklearn.linear_model.LogisticRegression", {"solver": "saga"}),
        ("sklearn.linear_model.Ridge", {"solver": "sag"}),
        ("sklearn.svm.LinearSVC", {"dual": True}),
        ("sklearn.svm.LinearSVR", {"dual": True}),
        ("sklearn.manifold.TSNE", {"init": "random", "perplexity": 5, "max_iter": 250}),
        ("sklearn.decomposition.PCA", {"svd_solver": "randomized", "n_components": 2}),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_draws_with_some_arguments(name, options):
    """What draws only with certain arguments draws with them."""
    assert name in SOMETIMES
    assert moves(lambda: use(name, **options))


@pytest.mark.parametrize("name", sorted(name for name, system in DRAWS.items() if name.startswith("networkx.") and system == "python"))
def test_networkx_draws(name):
    """Each random graph that the table names draws from Python's global generator without a seed."""
    arguments = {"powerlaw_cluster_graph": (9, 2, 0.5), "barabasi_albert_graph": (9, 2), "random_regular_graph": (2, 9)}
    degrees = {"configuration_model": ([2, 2, 2, 2],), "expected_degree_graph": ([2, 2, 2, 2],)}
    pairs = {"gnm_random_graph": (9, 5), "random_geometric_graph": (9, 0.5), "newman_watts_strogatz_graph": (9, 2, 0.5)}
    known = {**arguments, **degrees, **pairs, "watts_strogatz_graph": (9, 2, 0.5), "connected_watts_strogatz_graph": (9, 4, 0.5)}
    kept = random.getstate()
    try:
        random.seed(0)
        before = random.getstate()
        resolve(name)(*known.get(name.partition(".")[2], (9, 0.5)))
        assert before != random.getstate()
    finally:
        random.setstate(kept)
