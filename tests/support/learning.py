"""Programs for docs/support.md: learners and optimisers."""

from __future__ import annotations

from tests.support.program import DATA, Program

PROGRAMS = {
    "scikit-learn": Program("scikit-learn", "splits, forests, K-means, with `random_state=None`", DATA + """
from sklearn import cluster, ensemble, model_selection
show(model_selection.train_test_split(X)[0])
show(ensemble.RandomForestClassifier(5).fit(X, y).feature_importances_)
show(cluster.KMeans(7, n_init=1, max_iter=1).fit(X).cluster_centers_)
"""),
    "scikit-learn-threads": Program("scikit-learn joblib", "a forest with `n_jobs=2` (threads)", DATA + """
from sklearn.ensemble import RandomForestClassifier
show(RandomForestClassifier(9, n_jobs=2).fit(X, y).feature_importances_)
""", "workers"),
    "scikit-learn-loky": Program("scikit-learn joblib", "`cross_val_score` with `n_jobs=2` (processes)", DATA + """
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPRegressor
show(cross_val_score(MLPRegressor(hidden_layer_sizes=(4,), solver='sgd', max_iter=300), X, X[:, 0], n_jobs=2))
""", "workers"),
    "imbalanced-learn": Program("imbalanced-learn", "`SMOTE`, `RandomUnderSampler`", DATA + """
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
labels = (np.arange(100) % 5 == 0).astype(int)
show(SMOTE().fit_resample(X, labels)[0], RandomUnderSampler().fit_resample(X, labels)[0])
"""),
    "umap": Program("umap-learn", "`UMAP().fit_transform` in one thread; its own threads race", DATA + """
import sys
sys.modules['tensorflow'] = None  # UMAP imports it where it can
import umap
show(umap.UMAP(n_neighbors=5, n_epochs=5).fit_transform(X))
"""),
    "hdbscan": Program("hdbscan", "`HDBSCAN().fit_predict`", DATA + """
import hdbscan
show(hdbscan.HDBSCAN(min_cluster_size=3).fit_predict(X))
"""),
    "optuna": Program("optuna", "a study with the default sampler", """
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study()
study.optimize(lambda trial: trial.suggest_float('x', -1, 1) ** 2, n_trials=12)
show([trial.params['x'] for trial in study.trials])
"""),
    "bayesian-optimization": Program("bayesian-optimization", "`BayesianOptimization`", """
from bayes_opt import BayesianOptimization
found = BayesianOptimization(lambda x: -x * x, {'x': (-1, 1)}, verbose=0)
found.maximize(init_points=4, n_iter=1)
show([result['params']['x'] for result in found.res])
"""),
    "gymnasium": Program("gymnasium", "`reset()`, `action_space.sample()`", """
import gymnasium
environment = gymnasium.make('CartPole-v1')
show(environment.reset()[0], [environment.action_space.sample() for _ in range(64)])
"""),
    "xgboost": Program("xgboost", "`XGBRegressor(subsample=0.5)`", DATA + """
import xgboost
show(xgboost.XGBRegressor(n_estimators=5, subsample=0.5, colsample_bytree=0.5).fit(X, X[:, 0] + y).predict(X))
"""),
    "lightgbm": Program("lightgbm", "`LGBMRegressor(subsample=0.5)`", DATA + """
import lightgbm
model = lightgbm.LGBMRegressor(n_estimators=5, subsample=0.5, subsample_freq=1, colsample_bytree=0.5, verbose=-1)
show(model.fit(X, X[:, 0] + y).predict(X))
"""),
    "catboost": Program("catboost", "`CatBoostRegressor()`", DATA + """
import catboost
show(catboost.CatBoostRegressor(iterations=5, verbose=False, allow_writing_files=False).fit(X, X[:, 0] + y).predict(X))
"""),
}  # fmt: skip
