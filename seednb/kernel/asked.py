"""What a front end asks for outside cells: the magic's verbs, answered in JSON instead of in a cell's output."""

from __future__ import annotations

import json
from typing import Any, Callable

from seednb.errors import NotNowError, SeednbError
from seednb.kernel.listeners import read_json
from seednb.kernel.magic import SeedMagic
from seednb.kernel.names import CellNames
from seednb.kernel.output import RecordOutput
from seednb.kernel.plans import Attachment
from seednb.kernel.status import origin_of
from seednb.runtime import Runtime
from seednb.settings import check_seed, generate_seed
from seednb.streams import MODES
from seednb.wire import WIRE_VERSION

FRONT_END = "front-end"
_SEED_ORIGINS = (FRONT_END, "record")


class Door:
    """Does what is asked, between cells only: a request waits for its turn, so that no cell is in flight when it comes."""

    def __init__(self, runtime: Runtime, magic: SeedMagic, names: CellNames, attachment: Attachment, output: RecordOutput) -> None:
        self._runtime = runtime
        self._magic = magic
        self._names = names
        self._attachment = attachment
        self._output = output
        self._verbs: dict[str, Callable[[Any, str], str]] = {
            "finish": self._finish,
            "ids": lambda value, _: magic.verbs["ids"]("on" if _switch(value, "ids") else "off"),
            "mode": self._mode,
            "off": lambda _value, _origin: magic.verbs["off"](""),
            "rewind": self._rewind,
            "seed": self._seed,
            "strict": lambda value, _: magic.verbs["strict" if _switch(value, "strict") else "relaxed"](""),
        }

    def ask(self, text: str, state: Callable[[], dict[str, Any]]) -> str:
        """Return the answer to a question as JSON: what was done, in words, and `state` after it; `{"error": …}` in one line."""
        try:
            done = self._do(_read(text))
            return json.dumps({"version": WIRE_VERSION, "text": done, **state()})
        except (SeednbError, ValueError) as error:
            return json.dumps({"version": WIRE_VERSION, "error": str(error)})

    def _do(self, said: dict[str, Any]) -> str:
        if self._magic.off:
            raise SeednbError(self._magic.off)
        if said["do"] not in self._verbs:
            raise ValueError(f'"do" must be one of {", ".join(sorted(self._verbs))}')
        self._runtime.must_be_free()
        if self._runtime.cell:
            raise NotNowError("not now: a cell is running")
        return self._verbs[said["do"]](said.get("value"), said.get("origin", FRONT_END))

    def _seed(self, value: Any, origin: Any) -> str:
        if origin not in _SEED_ORIGINS:
            raise ValueError(f'"origin" must be one of {", ".join(_SEED_ORIGINS)}')
        if self._magic.plan is not None:
            raise NotNowError("not now: a replay has set the seed; wait for its end, or stop it")
        begun, before = self._runtime.has_begun(), self._runtime.states()
        seed = generate_seed() if value is None else check_seed(value)
        self._magic.take_over()
        self._runtime.start(seed, "generated" if value is None else origin, sealing=self._runtime.sealing, before_cells=True)
        text = f"seed {seed} ({origin_of(self._runtime.seed_origin)})"
        if not begun:
            self._output.replace_states(before, self._runtime.states())
        else:
            text += ", from here on: cells that have run keep their numbers; to give them this seed, restart, set it again, and run all"
        return text

    def _mode(self, value: Any, _: str) -> str:
        if value not in MODES:
            raise ValueError(f'"value" must be one of {", ".join(MODES)}')
        return self._magic.set_mode(value)

    def _rewind(self, value: Any, _: str) -> str:
        if not isinstance(value, str) or not value:
            raise ValueError('"value" must be a cell\'s id')
        return self._magic.rewind(value)

    def _finish(self, _value: Any, _origin: str) -> str:
        if self._attachment.by_runner:
            raise SeednbError("this notebook is run by seednb: its run ends with the kernel")
        self._attachment.finish()
        return "the replay has ended"


def _switch(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f'"value" must be true or false for {name}')
    return value


def _read(text: object) -> dict[str, Any]:
    """Return what is asked; raise ValueError, in one line, unless it is a question that we can read."""
    said = read_json(text, "a question", "the question")
    if not isinstance(said, dict) or type(said.get("version")) is not int or not isinstance(said.get("do"), str):
        raise ValueError('a question must be an object with an integer "version" and a text "do"')
    return said
