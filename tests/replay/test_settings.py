"""Settings of a record at replay: a closed list is restored, everything else is named, nothing of it is trusted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seednb.determinism import RESTORED_SWITCHES, Switches
from seednb.environment import cores
from seednb.launch import RESTORED_FLAGS, plan_environment
from tests.conftest import load

FLAG = "import os\nprint(os.environ.get('TF_ENABLE_ONEDNN_OPTS'), os.environ.get('OMP_NUM_THREADS'), os.environ.get('XLA_FLAGS'))"


def edit(path, **environment):
    """Change the environment that a notebook's record tells of."""
    content = load(path)
    content["metadata"]["seednb"]["environment"].update(environment)
    path.write_text(json.dumps(content, indent=1))


def test_a_replay_restores_flags_and_threads_from_the_closed_list(seednb, make_notebook):
    """What the run had in force is in force again, though the user's environment has it no more."""
    path = make_notebook(FLAG)
    assert seednb("run", path, TF_ENABLE_ONEDNN_OPTS="0", OMP_NUM_THREADS="2").returncode == 0
    result = seednb("verify", path, OMP_NUM_THREADS="2")
    assert result.returncode == 0, result.stdout


def test_what_is_not_on_the_list_is_named_and_not_set(seednb, make_notebook):
    """A flag of free text, whatever the record says, is shown, cut and escaped, and never reaches the runtime."""
    path = make_notebook(FLAG)
    seednb("run", path)
    edit(path, flags={"XLA_FLAGS": "--xla_dump_to=/tmp/evil\x1b[31m", "LD_PRELOAD": "/tmp/evil.so", "TF_ENABLE_ONEDNN_OPTS": "2"})
    result = seednb("verify", path)
    assert result.returncode == 0, result.stdout
    notices = [line for line in result.stderr.splitlines() if "the record was made with" in line]
    assert len(notices) == 3
    assert all("which is not restored" in line for line in notices)
    assert "\x1b" not in result.stderr


def test_strict_runs_are_replayed_strictly(seednb, make_notebook):
    """`run --strict` is recorded, and verify switches the same on, before the first cell."""
    pytest.importorskip("torch")
    path = make_notebook("import torch\nprint(torch.are_deterministic_algorithms_enabled())")
    assert seednb("run", path, "--strict").returncode == 0
    record = load(path)["metadata"]["seednb"]
    assert record["determinism"]["strict"] is True
    assert record["determinism"]["torch.deterministic_algorithms"] is True
    assert seednb("verify", path).returncode == 0
    assert seednb("run", path, "-o", "plain.ipynb").returncode == 0
    assert "strict" not in load(path.with_name("plain.ipynb"))["metadata"]["seednb"]["determinism"]


def test_more_threads_than_cores_are_named():
    """A record from a larger machine restores nothing, and says what that means."""
    plan = plan_environment({}, threads={"OMP_NUM_THREADS": cores() + 1})
    assert "OMP_NUM_THREADS" not in plan.variables
    (notice,) = plan.notices
    assert notice.startswith(f"the record was made with OMP_NUM_THREADS={cores() + 1}; this machine has {cores()} cores")


def test_the_users_own_settings_stay():
    """What the user has set wins over the record, and the difference is named."""
    plan = plan_environment(
        {"OMP_NUM_THREADS": "1", "KERAS_BACKEND": "jax"}, threads={"OMP_NUM_THREADS": 2}, flags={"KERAS_BACKEND": "torch"}
    )
    assert (plan.variables["OMP_NUM_THREADS"], plan.variables["KERAS_BACKEND"]) == ("1", "jax")
    assert [notice.partition(";")[0] for notice in plan.notices] == [
        "the record was made with OMP_NUM_THREADS=2",
        "the record was made with KERAS_BACKEND=torch",
    ]


names = st.sampled_from([*RESTORED_FLAGS, "XLA_FLAGS", "PATH", "LD_PRELOAD", "PYTHONSTARTUP", "PYTHONPATH"]) | st.text(max_size=20)
values = (
    st.sampled_from(["0", "1", "torch", ":4096:8"])
    | st.text(max_size=60)
    | st.none()
    | st.integers()
    | st.lists(st.text(max_size=3), max_size=2)
)


@settings(deadline=None)
@given(st.dictionaries(names, values, max_size=6), st.dictionaries(names, values, max_size=4))
def test_no_record_sets_anything_beyond_the_list(flags, threads):
    """Whatever a record holds, only listed names get listed values; notices are single lines that can be printed."""
    plan = plan_environment(
        {"PATH": "/bin"}, threads=threads, flags={name: value for name, value in flags.items() if isinstance(value, str)}
    )
    own = {"PATH", "SOURCE_DATE_EPOCH", "TF_CPP_MIN_LOG_LEVEL", "PYTHONHASHSEED"}
    for name in plan.variables.keys() - own:
        assert plan.variables[name] in RESTORED_FLAGS.get(name, ()) or (
            name.endswith("_NUM_THREADS") and int(plan.variables[name]) <= cores()
        )
    assert all(notice.isprintable() for notice in plan.notices)
    assert plan.variables["PATH"] == "/bin"


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=10) | st.sampled_from(sorted(RESTORED_SWITCHES)), values | st.booleans(), max_size=5))
def test_no_settings_switch_anything_beyond_the_list(asked):
    """Of what a plan asks for, only `strict` and `display_ids` do something, where they are true; the names of the rest are returned."""
    switches = Switches()
    unknown = switches.apply(asked)
    assert (switches.strict_now, switches.display_ids) == (asked.get("strict") is True, asked.get("display_ids") is True)
    assert unknown == sorted(name for name, value in asked.items() if name not in {"strict", "display_ids"} or not isinstance(value, bool))
    switches.stop()
