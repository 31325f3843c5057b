"""What one Jupyter Server keeps of seednb: its reports, its verifications, and the replays that front ends are in the middle of."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from seednb.provisioner import ANNOUNCED, Announcement, SeednbProvisioner
from seednb.server.replays import InteractiveReplay, LiveKernel
from seednb.server.reports import Reports, new_id
from seednb.server.requests import CONFLICT, NOT_FOUND, RefusedError
from seednb.server.verifications import Verifications

MOST_REPLAYS = 8
T = TypeVar("T")


@dataclass
class Entry:
    """A replay in the middle, the kernel's start that it waits for, and a lock: what a front end sends is taken in turn."""

    replay: InteractiveReplay
    kernel: str
    announcement: Announcement | None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def apart(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do some work in a thread, so that the server goes on answering."""
        async with self.lock:
            return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


class Replays:
    """The replays that front ends are in the middle of: one a kernel; where there are too many, the one idle longest goes."""

    def __init__(self, *, most: int = MOST_REPLAYS) -> None:
        self._known: OrderedDict[str, Entry] = OrderedDict()
        self._most = most

    def add(self, kernel: str, replay: InteractiveReplay) -> str:
        """Remember a replay, and announce its kernel's start; return its id."""
        for name in [name for name, entry in self._known.items() if entry.kernel == kernel]:
            self.drop(name)
        while len(self._known) >= self._most:
            self.drop(next(iter(self._known)))
        announcement = ANNOUNCED.announce(kernel, replay.planner) if replay.kernel.planned else None
        name = new_id()
        self._known[name] = Entry(replay, kernel, announcement)
        return name

    def get(self, name: str) -> Entry:
        """Return a replay by its id."""
        if name not in self._known:
            raise RefusedError(NOT_FOUND, "this replay has ended, or another has taken its place")
        self._known.move_to_end(name)
        return self._known[name]

    def drop(self, name: str) -> None:
        """Forget a replay, and what it has announced."""
        entry = self._known.pop(name, None)
        if entry is not None and entry.announcement is not None:
            ANNOUNCED.withdraw(entry.kernel, entry.announcement)


class Service:
    """What handlers ask."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.reports = Reports()
        self.verifications = Verifications(self.reports, self.report_url)
        self.replays = Replays()

    @property
    def root(self) -> Path:
        """The folder that the contents manager serves."""
        return Path(self._app.contents_manager.root_dir)

    def report_url(self, name: str) -> str:
        """Return where a report is to be had."""
        return f"{self._app.base_url}seednb/api/reports/{name}"

    def kernel(self, name: str) -> LiveKernel:
        """Return what is known of a running kernel."""
        if name not in self._app.kernel_manager:
            raise RefusedError(NOT_FOUND, f"there is no kernel {name[:200]!r}: start one, then replay")
        manager = self._app.kernel_manager.get_kernel(name)
        planned = isinstance(getattr(manager, "provisioner", None), SeednbProvisioner)
        return LiveKernel(manager.kernel_name, str(manager.kernel_spec.language).lower(), planned)

    def must_have_restarted(self, entry: Entry) -> None:
        """Refuse to go on in a kernel that did not start with the environment that was planned for it."""
        if entry.announcement is not None and not entry.announcement.used:
            raise RefusedError(CONFLICT, "the kernel was not restarted since the replay was asked for, or too late: ask for it again")
