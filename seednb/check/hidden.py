"""Calls that hide a draw: learners, splitters and plots whose seed is an argument that was left out."""

from __future__ import annotations

from collections.abc import Callable

from seednb.check.facts import Call
from seednb.check.systems import is_none

_SKLEARN = {
    "cluster": "BisectingKMeans KMeans MiniBatchKMeans SpectralClustering",
    "datasets": """make_biclusters make_blobs make_checkerboard make_circles make_classification make_friedman1 make_friedman2
        make_friedman3 make_gaussian_quantiles make_hastie_10_2 make_low_rank_matrix make_moons make_multilabel_classification
        make_regression make_s_curve make_sparse_coded_signal make_sparse_uncorrelated make_spd_matrix
        make_swiss_roll""",
    "decomposition": "FastICA LatentDirichletAllocation MiniBatchDictionaryLearning MiniBatchSparsePCA TruncatedSVD",
    "ensemble": """AdaBoostClassifier AdaBoostRegressor BaggingClassifier BaggingRegressor ExtraTreesClassifier ExtraTreesRegressor
        GradientBoostingClassifier GradientBoostingRegressor IsolationForest RandomForestClassifier RandomForestRegressor
        RandomTreesEmbedding""",
    "inspection": "permutation_importance",
    "kernel_approximation": "Nystroem PolynomialCountSketch RBFSampler SkewedChi2Sampler",
    "linear_model": """PassiveAggressiveClassifier PassiveAggressiveRegressor RANSACRegressor SGDClassifier SGDRegressor
        TheilSenRegressor""",
    "manifold": "MDS",
    "mixture": "BayesianGaussianMixture GaussianMixture",
    "model_selection": """GroupShuffleSplit RandomizedSearchCV RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedShuffleSplit
        train_test_split""",
    "neural_network": "BernoulliRBM MLPClassifier MLPRegressor",
    "random_projection": "GaussianRandomProjection SparseRandomProjection",
    "tree": "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor",
    "utils": "resample",
}
SKLEARN = frozenset(f"sklearn.{module}.{name}" for module, names in _SKLEARN.items() for name in names.split())
"""Those that draw from NumPy's global generator unless they get a random_state."""


def _with(keyword: str, *, values: tuple[object, ...]) -> Callable[[Call], bool]:
    def has(call: Call) -> bool:
        return getattr(call.argument(None, keyword), "value", None) in values

    return has


SOMETIMES: dict[str, Callable[[Call], bool]] = {
    "sklearn.model_selection.KFold": _with("shuffle", values=(True,)),
    "sklearn.model_selection.StratifiedKFold": _with("shuffle", values=(True,)),
    "sklearn.linear_model.LogisticRegression": _with("solver", values=("sag", "saga")),
    "sklearn.linear_model.Ridge": _with("solver", values=("sag", "saga")),
    "sklearn.svm.LinearSVC": _with("dual", values=(True,)),
    "sklearn.svm.LinearSVR": _with("dual", values=(True,)),
    "sklearn.manifold.TSNE": _with("init", values=("random",)),
    "sklearn.decomposition.PCA": _with("svd_solver", values=("randomized", "arpack")),
}
"""Those that draw with certain arguments only."""

OTHERS = frozenset(
    {"umap.UMAP", "imblearn.over_sampling.SMOTE", "imblearn.over_sampling.RandomOverSampler", "imblearn.under_sampling.RandomUnderSampler"}
)
_KEYWORDS = ("random_state", "rng", "seed")


def hidden_draw(call: Call) -> bool:
    """Tell whether a call draws from NumPy's global generator because its random_state was left out or is None."""
    name = call.name
    if not name.startswith(("sklearn.", "umap.", "imblearn.")) or call.spreads:
        return False
    draws = name in SKLEARN or name in OTHERS or (name in SOMETIMES and SOMETIMES[name](call))
    return draws and _unseeded(call) and not _keeps_order(call)


def _unseeded(call: Call) -> bool:
    return all(is_none(call.argument(None, keyword)) for keyword in _KEYWORDS)


def _keeps_order(call: Call) -> bool:
    shuffle = call.argument(None, "shuffle")
    return call.name.endswith("train_test_split") and getattr(shuffle, "value", True) is False
