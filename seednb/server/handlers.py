"""The requests that front ends send, one class for each address; docs/server.md describes them."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

import seednb
from seednb.notebook import Notebook
from seednb.replay.inject import load_code
from seednb.replay.kernels import find_kernel
from seednb.replay.run import refuse_when_off
from seednb.server.editor import OpenNotebook
from seednb.server.needs import problem
from seednb.server.records import completed, lines_by_id, surroundings
from seednb.server.replays import InteractiveReplay
from seednb.server.requests import BAD_REQUEST, NOT_FOUND, NOT_HERE, Handler, RefusedError, guarded, os_path
from seednb.server.service import Entry, Service
from seednb.server.verifications import MOST_RUNNING, Verification
from seednb.settings import check_seed

VERSION = 1
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
_ID = "([A-Za-z0-9_-]{1,64})"


class Hello(Handler):
    """Whether seednb is there, and can replay."""

    @guarded
    async def get(self) -> None:
        """Tell the versions."""
        self.reply({"version": VERSION, "package": seednb.__version__, "verifications": MOST_RUNNING, "problem": problem()})


class Load(Handler):
    """How to load the kernel side into a kernel that runs."""

    @guarded
    async def get(self) -> None:
        """Give two codes: the second is for kernels in which the first raises LookupError."""
        language = self.get_query_argument("language", "python").lower()
        if language != "python":
            raise RefusedError(NOT_FOUND, f"seednb cannot be loaded into a running kernel of language {language[:50]!r}")
        self.reply(_load_codes())


class RecordHandler(Handler):
    """The record of an open notebook."""

    @guarded
    async def post(self) -> None:
        """Complete what the kernel knows."""
        body = self.body()
        path = await os_path(self, self.name(body, "path"))
        self.reply({"record": await _apart(completed, body, Path(path).parent, self.service.root)})


class Lines(Handler):
    """What a record says of cells that it calls by their sources."""

    @guarded
    async def post(self) -> None:
        """Find the cells."""
        self.reply({"lines": lines_by_id(self.body())})


class Differences(Handler):
    """What differs around a record and a runtime."""

    @guarded
    async def post(self) -> None:
        """Compare the surroundings."""
        self.reply({"differences": surroundings(self.body())})


class ReplaysHandler(Handler):
    """Replays in front ends' own kernels."""

    @guarded
    async def post(self) -> None:
        """Plan one: the next start of the kernel has the planned environment."""
        _must_be_possible()
        body = self.body()
        path = self.name(body, "path")
        folder = Path(await os_path(self, path)).parent
        kernel_id = self.name(body, "kernel_id")
        kernel, seed = self.service.kernel(kernel_id), _seed(body)
        raw = body.get("notebook")
        if not isinstance(raw, dict):
            raise RefusedError(BAD_REQUEST, "'notebook' must be a notebook")

        def plan() -> InteractiveReplay:
            return InteractiveReplay(OpenNotebook.of(raw, path), kernel, folder, seed)

        replay = await _apart(plan)
        self.reply({"id": self.service.replays.add(kernel_id, replay), **replay.described()}, 201)


class OneReplay(Handler):
    """One replay."""

    @guarded
    async def delete(self, name: str) -> None:
        """Forget it."""
        self.service.replays.drop(name)
        self.set_status(204)
        self.finish()


class Attached(Handler):
    """The kernel has restarted and was sent a request that attaches."""

    @guarded
    async def post(self, name: str) -> None:
        """Read its reply."""
        entry = self.service.replays.get(name)
        self.service.must_have_restarted(entry)
        self.reply(await entry.apart(entry.replay.attached, self.body().get("reply")))


class Cells(Handler):
    """Cells have run."""

    @guarded
    async def post(self, name: str) -> None:
        """Compare them."""
        entry = self.service.replays.get(name)
        self.reply(await entry.apart(entry.replay.compared, self.body().get("cells")))


class End(Handler):
    """A replay has ended, one way or the other."""

    @guarded
    async def post(self, name: str) -> None:
        """Compare the whole, and forget the replay."""
        entry: Entry = self.service.replays.get(name)
        body = self.body()
        report, place = self.service.reports.place()
        url = self.service.report_url(report)
        result = await entry.apart(entry.replay.end, body, place, url)
        self.service.replays.drop(name)
        self.reply(result)


class VerificationsHandler(Handler):
    """Verifications of saved files."""

    @guarded
    async def post(self) -> None:
        """Start one."""
        _must_be_possible()
        body = self.body()
        path, seed = await os_path(self, self.name(body, "path")), _seed(body)
        kernel, notices = await _apart(_kernel_for, path, self.kernel_spec_manager)
        self.reply({"id": self.service.verifications.start(path, seed=seed, kernel=kernel, notices=notices)}, 201)


class OneVerification(Handler):
    """One verification."""

    @guarded
    async def get(self, name: str) -> None:
        """Tell its state as soon as it is newer than the one that is known."""
        after = self.get_query_argument("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 10):
            raise RefusedError(BAD_REQUEST, "'after' must be a number")
        self.reply(await self._known(name).newer(int(after)))

    @guarded
    async def delete(self, name: str) -> None:
        """Stop it."""
        self._known(name).cancel()
        self.set_status(204)
        self.finish()

    def _known(self, name: str) -> Verification:
        found = self.service.verifications.get(name)
        if found is None:
            raise RefusedError(NOT_FOUND, "this verification is not known any more")
        return found


class Report(Handler):
    """A report as a page of its own."""

    @guarded
    async def get(self, name: str) -> None:
        """Give the page."""
        page = await _apart(self.service.reports.page, name)
        if page is None:
            raise RefusedError(NOT_FOUND, "this report is not kept any more: verify or replay again")
        self.set_header("Content-Security-Policy", REPORT_POLICY)
        self.set_header("Cache-Control", "no-store")
        self.finish(page, set_content_type="text/html; charset=utf-8")


ROUTES: dict[str, type[Handler]] = {
    "hello": Hello,
    "load": Load,
    "record": RecordHandler,
    "lines": Lines,
    "differences": Differences,
    "replays": ReplaysHandler,
    "replays/ID": OneReplay,
    "replays/ID/attached": Attached,
    "replays/ID/cells": Cells,
    "replays/ID/end": End,
    "verifications": VerificationsHandler,
    "verifications/ID": OneVerification,
    "reports/ID": Report,
}


def add_handlers(app: Any) -> None:
    """Make a server answer."""
    service = {"service": Service(app)}
    routes = [(f"{app.base_url}seednb/api/{path.replace('ID', _ID)}", handler, service) for path, handler in ROUTES.items()]
    app.web_app.add_handlers(".*$", routes)


@lru_cache(maxsize=1)
def _load_codes() -> dict[str, str]:
    return {"code": load_code(archive=False), "archive": load_code(archive=True)}


async def _apart(work: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


def _must_be_possible() -> None:
    found = problem()
    if found:
        raise RefusedError(NOT_HERE, found)


def _seed(body: dict[str, Any]) -> int | None:
    value = body.get("seed")
    return None if value is None else check_seed(value)


def _kernel_for(path: str, specs: Any) -> tuple[str, tuple[str, ...]]:
    """Return which kernel runs a notebook's file, of those that this server allows. Raises what keeps it from being verified at all."""
    refuse_when_off(Path(path).parent)
    notebook = Notebook.read(path)
    notebook.record()
    found = find_kernel(notebook.nb.get("metadata", {}), None, specs=specs)
    return found.name, found.notices
