"""Calls that people make without a seed, by name; run in fresh interpreters as `python -m tests.sealed_calls [SEED [late]]`.

Prints a digest of each call's result as JSON. With a seed it is set before the imports, or after them with `late`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any, Callable

if len(sys.argv) == 2:
    import seednb

    seednb.seed(int(sys.argv[1]))

import random

import networkx as nx
import numpy as np
import pandas as pd
import scipy
import seaborn as sns
import skimage
from matplotlib.figure import Figure
from scipy import optimize, sparse, spatial, stats
from sklearn import cluster, datasets, decomposition, ensemble, linear_model, manifold, mixture, model_selection, neural_network

if len(sys.argv) == 3:
    import seednb

    seednb.seed(int(sys.argv[1]))

X = np.sin(np.arange(240.0)).reshape(60, 4) + np.arange(60.0)[:, None] % 3
Y = np.arange(60) % 2
FRAME = pd.DataFrame(X, columns=list("abcd")).assign(group=Y)
IMAGE = np.add.outer(np.arange(16.0), np.arange(16.0)) / 32
MATRIX = sparse.diags_array([np.arange(1.0, 41.0), np.ones(39)], offsets=[0, 1]).tocsr()
SYMMETRIC = MATRIX + MATRIX.T
SHORT = {"max_num_iter": 3, "min_num_iter": 1, "burnin": 1}


def confidence_band(plot: Callable[..., Any]) -> Any:
    """Return the vertices of what a seaborn function draws as its confidence interval."""
    axes = Figure().subplots()
    plot(data=FRAME, x="group", y="a", ax=axes)
    return np.concatenate(
        [path.vertices for item in axes.collections for path in item.get_paths()] + [line.get_xydata() for line in axes.lines]
    )


def distance(point: Any) -> float:
    """Return what an optimiser makes small."""
    return abs(float(point[0]) - 0.3)


def difference(first: Any, second: Any) -> Any:
    """Return the difference of two samples' means."""
    return first.mean() - second.mean()


def noisy_lines() -> Any:
    """Return the lines that RANSAC finds in one trial each through many points."""
    points = np.column_stack([np.arange(40.0), np.arange(40.0) + 3 * np.sin(np.arange(40.0) ** 2)])
    options: dict[str, Any] = {"min_samples": 2, "residual_threshold": 1, "max_trials": 1}
    return [skimage.measure.ransac(points, skimage.measure.LineModelND, **options)[1] for _ in range(8)]


CALLS: dict[str, Callable[[], Any]] = {
    "random.random": random.random,
    "random.sample": lambda: random.sample(range(99), 9),
    "numpy.random.rand": lambda: np.random.rand(3),
    "numpy.random.default_rng": lambda: np.random.default_rng().random(3),
    "numpy.random.RandomState": lambda: np.random.RandomState().rand(3),
    "numpy.random.SeedSequence": lambda: np.random.SeedSequence().generate_state(4),
    "numpy.random.PCG64": lambda: np.random.Generator(np.random.PCG64()).random(3),
    "numpy.random.PCG64DXSM": lambda: np.random.Generator(np.random.PCG64DXSM()).random(3),
    "numpy.random.MT19937": lambda: np.random.Generator(np.random.MT19937()).random(3),
    "numpy.random.Philox": lambda: np.random.Generator(np.random.Philox()).random(3),
    "numpy.random.SFC64": lambda: np.random.Generator(np.random.SFC64()).random(3),
    "numpy.random.Generator.spawn": lambda: [child.random() for child in np.random.default_rng().spawn(2)],
    "scipy.stats.qmc.Sobol": lambda: stats.qmc.Sobol(2).random(4),
    "scipy.stats.qmc.Halton": lambda: stats.qmc.Halton(2).random(4),
    "scipy.stats.qmc.LatinHypercube": lambda: stats.qmc.LatinHypercube(2).random(4),
    "scipy.stats.Normal.sample": lambda: stats.Normal().sample(4),
    "scipy.stats.bootstrap": lambda: stats.bootstrap((X[:, 0],), np.mean, n_resamples=99).confidence_interval,
    "scipy.stats.norm.rvs": lambda: stats.norm.rvs(size=3),
    "scipy.stats.permutation_test": lambda: stats.permutation_test((X[:, 0], X[:, 1]), difference, n_resamples=99).null_distribution,
    "scipy.stats.monte_carlo_test": lambda: stats.monte_carlo_test(X[:, 0], stats.norm.rvs, np.mean, n_resamples=99).null_distribution,
    "scipy.sparse.linalg.svds": lambda: sparse.linalg.svds(MATRIX, k=2)[0],
    "scipy.sparse.linalg.eigsh": lambda: sparse.linalg.eigsh(SYMMETRIC, k=2)[1],
    "scipy.sparse.random_array": lambda: sparse.random_array((9, 9), density=0.3).toarray(),
    "scipy.optimize.differential_evolution": lambda: optimize.differential_evolution(distance, [(-1, 1)], maxiter=2, polish=False).x,
    "scipy.optimize.dual_annealing": lambda: optimize.dual_annealing(distance, [(-1, 1)], maxiter=3, no_local_search=True).x,
    "scipy.spatial.transform.Rotation": lambda: spatial.transform.Rotation.random().as_quat(),
    "scipy.cluster.vq.kmeans2": lambda: scipy.cluster.vq.kmeans2(X, 9, iter=1, minit="points")[0],
    "sklearn.train_test_split": lambda: model_selection.train_test_split(X)[0],
    "sklearn.KFold": lambda: [test for _, test in model_selection.KFold(5, shuffle=True).split(X)],
    "sklearn.RandomForest": lambda: ensemble.RandomForestClassifier(5, max_depth=2).fit(X, Y).feature_importances_,
    "sklearn.KMeans": lambda: cluster.KMeans(7, n_init=1, max_iter=1).fit(X).cluster_centers_,
    "sklearn.MLP": lambda: neural_network.MLPClassifier((4,), solver="sgd", max_iter=200, tol=1e9, n_iter_no_change=1).fit(X, Y).coefs_[0],
    "sklearn.SGD": lambda: linear_model.SGDClassifier(max_iter=2, tol=None).fit(X, Y).coef_,
    "sklearn.PCA": lambda: decomposition.PCA(2, svd_solver="randomized", iterated_power=0).fit(X).components_,
    "sklearn.TSNE": lambda: manifold.TSNE(init="random", perplexity=5, max_iter=250).fit_transform(X[:12]),
    "sklearn.GaussianMixture": lambda: mixture.GaussianMixture(3, init_params="random", max_iter=2, tol=1e9).fit(X).means_,
    "sklearn.make_blobs": lambda: datasets.make_blobs(5)[0],
    "sklearn.HistGradientBoosting": lambda: ensemble.HistGradientBoostingRegressor(early_stopping=True).fit(X, X[:, 0]).validation_score_,
    "skimage.random_noise": lambda: skimage.util.random_noise(IMAGE),
    "skimage.ransac": noisy_lines,
    "skimage.random_shapes": lambda: skimage.draw.random_shapes((32, 32), max_shapes=3)[0],
    "skimage.unsupervised_wiener": lambda: skimage.restoration.unsupervised_wiener(IMAGE, np.ones((3, 3)) / 9, user_params=SHORT)[0],
    "networkx.gnp_random_graph": lambda: sorted(nx.gnp_random_graph(12, 0.3).edges),
    "networkx.spring_layout": lambda: np.array(list(nx.spring_layout(nx.path_graph(5), iterations=2).values())),
    "networkx.watts_strogatz_graph": lambda: sorted(nx.watts_strogatz_graph(12, 4, 0.5).edges),
    "networkx.barabasi_albert_graph": lambda: sorted(nx.barabasi_albert_graph(12, 2).edges),
    "pandas.DataFrame.sample": lambda: FRAME.sample(9).to_numpy(),
    "pandas.Series.sample": lambda: FRAME["a"].sample(frac=0.5, replace=True).to_numpy(),
    "pandas.groupby.sample": lambda: FRAME.groupby("group").sample(4).to_numpy(),
    "seaborn.lineplot": lambda: confidence_band(sns.lineplot),
    "seaborn.barplot": lambda: confidence_band(sns.barplot),
    "seaborn.pointplot": lambda: confidence_band(sns.pointplot),
}  # fmt: skip


def digest(result: Any) -> str:
    """Return a digest of a result, through NumPy where it is numbers."""
    parts = result if isinstance(result, (list, tuple)) else [result]
    return hashlib.sha256(b"".join(np.asarray(part).tobytes() for part in parts)).hexdigest()[:16]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: digest(call()) for name, call in CALLS.items()}) + "\n")
