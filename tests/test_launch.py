from __future__ import annotations

from seednb.environment import cores
from seednb.launch import plan_environment


def test_hash_seed_is_planned_and_put_back():
    """A runtime starts with the planned hash seed, and is told to take the variable away again."""
    plan = plan_environment({"PATH": "/bin"}, hash_seed=7)
    assert plan.variables["PYTHONHASHSEED"] == "7"
    assert plan.restore == {"PYTHONHASHSEED": None}
    assert plan.hash_seed == 7
    assert plan.variables["PATH"] == "/bin"


def test_what_the_user_has_set_wins():
    """PYTHONHASHSEED, SOURCE_DATE_EPOCH and thread counts of the user stay as they are."""
    given = {"PYTHONHASHSEED": "random", "SOURCE_DATE_EPOCH": "5", "OMP_NUM_THREADS": "3", "TF_CPP_MIN_LOG_LEVEL": "0"}
    plan = plan_environment(given, threads={"OMP_NUM_THREADS": 1})
    assert plan.variables == given
    assert plan.restore == {"PYTHONHASHSEED": "random"}
    assert plan.hash_seed is None


def test_recorded_thread_counts_are_restored_up_to_the_cores():
    """Only known variables and possible counts of a record are applied."""
    recorded = {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": cores() + 1, "OPENBLAS_NUM_THREADS": "1; rm", "LD_PRELOAD": 1, "torch": 2}
    plan = plan_environment({}, threads=recorded)
    assert plan.variables["OMP_NUM_THREADS"] == "1"
    assert not {"MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LD_PRELOAD", "torch"} & plan.variables.keys()


def test_hostile_counts_and_flags_are_nothing():
    """Neither true, nor a list, nor a number of thousands of digits is a thread count or a flag's value."""
    plan = plan_environment({}, threads={"OMP_NUM_THREADS": True, "MKL_NUM_THREADS": 10**5000, "OPENBLAS_NUM_THREADS": [1]})
    assert not [name for name in plan.variables if name.endswith("_NUM_THREADS")]
    assert "KERAS_BACKEND" not in plan_environment({}, flags={"KERAS_BACKEND": ["torch"]}).variables
