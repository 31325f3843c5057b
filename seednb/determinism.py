"""Switches that make frameworks use deterministic operations only: what is in force, and what came too late."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

from seednb.environment import ask, hash_seed
from seednb.sources.base import complete

TORCH, TENSORFLOW, JAX = "torch", "tensorflow.python.framework.config", "jax"
SWITCHED_MODULES = frozenset({TORCH, TENSORFLOW, JAX})
STRICT = "strict"
DISPLAY_IDS = "display_ids"
RESTORED_SWITCHES = frozenset({DISPLAY_IDS, STRICT})
"""The switches that a replay takes from a record, where they are true."""

RESTART = "%seed restart puts it into force"
_CUBLAS, _XLA = "CUBLAS_WORKSPACE_CONFIG", "XLA_FLAGS"
_XLA_FLAG = "--xla_gpu_deterministic_ops=true"


class Report(NamedTuple):
    """What was switched: what is in force, what came too late and why, and what the user should know."""

    in_force: list[str]
    too_late: list[str]
    told: list[str]

    def __str__(self) -> str:
        parts = [", ".join(self.in_force) or "nothing to switch yet"]
        parts += [f"too late: {text}" for text in self.too_late]
        return "; ".join([*parts, *self.told])


class Switches:
    """The determinism switches of one runtime. A framework that is imported later is switched at its import.

    Nothing is switched unless the user, or the record of a run that was strict from its start, asks for it: deterministic
    operations give other results, cost time, and raise where there is none. `display_ids` is a wish that the runtime fulfils.
    """

    def __init__(self) -> None:
        self.strict_now = False
        self.from_start = False
        self.display_ids = False
        self._undo: list[Callable[[], None]] = []

    def strict(self) -> Report:
        """Switch every loaded framework, and every other one at its import."""
        self.strict_now = True
        report = Report([], [], ["operations may be slower, and raise where they have no deterministic form"])
        for module in sorted(SWITCHED_MODULES):
            if complete(module) is not None:
                self._switch(module, report, late=True)
        if hash_seed() is None:
            report.too_late.append(f"the hash seed, which must be set before Python starts ({RESTART})")
        return report

    def relaxed(self) -> Report:
        """Put back what can be put back."""
        self.strict_now = False
        report = Report([], [], [])
        while self._undo:
            ask(self._undo.pop())  # a framework whose import was undone, or that says no
        if tensorflow_is_strict():
            report.told.append("TensorFlow has no way back from op determinism: %seed restart goes back")
        report.in_force.append("deterministic operations are not asked for any more")
        return report

    def apply(self, settings: Mapping[str, Any]) -> list[str]:
        """Apply what a plan asks for before the first cell: only the closed list; return the names of what is not on it."""
        if settings.get(STRICT) is True:
            self.from_start = True
            self.strict()
        if settings.get(DISPLAY_IDS) is True:
            self.display_ids = True
        return sorted(name for name, value in settings.items() if name not in RESTORED_SWITCHES or not isinstance(value, bool))

    def imported(self, module: str) -> None:
        """Switch a framework that has just been imported."""
        if self.strict_now and module in SWITCHED_MODULES:
            self._switch(module, Report([], [], []), late=False)

    def stop(self) -> None:
        """Put everything back that can be."""
        self.relaxed()
        self.from_start = self.display_ids = False

    def _switch(self, module: str, report: Report, *, late: bool) -> None:
        switch = {TORCH: self._torch, TENSORFLOW: self._tensorflow, JAX: self._jax}[module]
        try:
            switch(report, late=late)
        except Exception as error:  # a version that lacks a switch, or says no
            report.too_late.append(f"{module.partition('.')[0]} refuses: {type(error).__name__}: {error}")

    def _torch(self, report: Report, *, late: bool) -> None:
        torch: Any = complete(TORCH)
        cudnn, fill = torch.backends.cudnn, getattr(torch.utils, "deterministic", None)
        before = (torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled())
        flags = (cudnn.deterministic, cudnn.benchmark, getattr(fill, "fill_uninitialized_memory", None))
        torch.use_deterministic_algorithms(mode=True)
        cudnn.deterministic, cudnn.benchmark = True, False
        if fill is not None:
            fill.fill_uninitialized_memory = False  # costs up to 15 %, and hides nothing but reads of memory that nobody wrote

        def undo() -> None:
            torch.use_deterministic_algorithms(before[0], warn_only=before[1])
            cudnn.deterministic, cudnn.benchmark = flags[:2]
            if fill is not None:
                fill.fill_uninitialized_memory = flags[2]

        self._undo.append(undo)
        report.in_force.append("torch uses deterministic algorithms")
        if _needs_cublas(torch.__version__) and _CUBLAS not in os.environ:
            if torch.cuda.is_initialized():
                report.too_late.append(f"{_CUBLAS}, since CUDA is initialised ({RESTART})")
            else:
                self._set(_CUBLAS, ":4096:8")

    def _tensorflow(self, report: Report, *, late: bool) -> None:
        context: Any = complete("tensorflow.python.eager.context")
        started = late and getattr(getattr(context, "_context", None), "_initialized", False)
        if not tensorflow_is_strict():
            module: Any = complete(TENSORFLOW)
            module.enable_op_determinism()
            if started:
                report.too_late.append(f"tensorflow for what has run already, and for traced functions ({RESTART})")
        report.in_force.append("tensorflow uses deterministic ops")

    def _jax(self, report: Report, *, late: bool) -> None:
        flags = os.environ.get(_XLA, "")
        if _XLA_FLAG in flags.split():
            report.in_force.append("XLA uses deterministic ops")
            return
        self._set(_XLA, f"{flags} {_XLA_FLAG}".strip())
        bridge: Any = complete("jax._src.xla_bridge")
        if late and getattr(bridge, "_backends", None):
            report.too_late.append(f"{_XLA}, since JAX's backend has started ({RESTART})")
        else:
            report.in_force.append("XLA uses deterministic ops on GPUs")

    def _set(self, name: str, value: str) -> None:
        before = os.environ.get(name)
        os.environ[name] = value

        def undo() -> None:
            if os.environ.get(name) != value:
                return
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before

        self._undo.append(undo)


def determinism(switches: Optional[Switches] = None) -> dict[str, Any]:
    """Return the determinism switches that the loaded frameworks report; `strict` where it was in force from the start."""
    found: dict[str, Any] = {STRICT: True} if switches is not None and switches.from_start and switches.strict_now else {}
    if switches is not None and switches.display_ids:
        found[DISPLAY_IDS] = True
    torch: Any = complete(TORCH)
    if torch is not None:
        found["torch.deterministic_algorithms"] = ask(lambda: bool(torch.are_deterministic_algorithms_enabled()))
        found["torch.cudnn_benchmark"] = ask(lambda: bool(torch.backends.cudnn.benchmark)) or None
        found["torch.cudnn_deterministic"] = ask(lambda: bool(torch.backends.cudnn.deterministic)) or None
    if complete(TENSORFLOW) is not None:
        found["tensorflow.op_determinism"] = tensorflow_is_strict()
    return {name: value for name, value in found.items() if value is not None}


def tensorflow_is_strict() -> bool:
    """Tell whether TensorFlow's op determinism is on."""
    module: Any = complete(TENSORFLOW)
    return bool(module is not None and ask(module.is_op_determinism_enabled))


def _needs_cublas(version: str) -> bool:
    """Tell whether a PyTorch is older than 2.10, which allocates cuBLAS workspaces deterministically by itself."""
    numbers = [int(word) for word in version.split("+")[0].split(".")[:2] if word.isdigit()]
    return numbers < [2, 10]
