"""Digests of what libraries hold that the core tests' environment does not have."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.conftest import environment
from tests.support.measure import PYTHON

STUDIES = """
import json, optuna
from seednb.contents import Contents
optuna.logging.set_verbosity(optuna.logging.ERROR)

def study(seed):
    made = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    made.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    return [made, made.trials, made.best_trial, made.trials_dataframe()]

digest = Contents(lambda size: None).digest
print(json.dumps([[digest(part).hex() for part in study(seed)] for seed in (1, 1, 2)]))
"""


@pytest.mark.skipif(not PYTHON, reason="SEEDNB_TEST_SUPPORT_PYTHON names no interpreter; `make test-support` makes one")
def test_times_of_optuna_do_not_count():
    """Two studies with equal trials are equal, whenever they ran and whatever they are called; with other ones they are not."""
    done = subprocess.run([PYTHON, "-c", STUDIES], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, same, other = json.loads(done.stdout)
    assert one == same
    assert [] == [place for place, (first, second) in enumerate(zip(one, other)) if first == second]
