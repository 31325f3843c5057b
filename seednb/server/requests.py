"""What all requests have in common: who may send them, how large they may be, and how one is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from seednb.errors import NotebookError, RecordError, SeedError, SeednbError

if TYPE_CHECKING:
    from seednb.server.service import Service

MAX_BODY = 200_000_000
BAD_REQUEST, NOT_FOUND, CONFLICT, TOO_LARGE, TOO_MANY, NOT_HERE = 400, 404, 409, 413, 429, 501


class RefusedError(SeednbError):
    """A request that is refused. status: of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    def __reduce__(self) -> tuple[type, tuple[int, str]]:
        return type(self), (self.status, str(self))


class Handler(APIHandler):
    """A request to seednb: authenticated, and of the same origin, as Jupyter's own."""

    def initialize(self, service: Service) -> None:
        """Remember whom to ask."""
        self.service = service

    def reply(self, value: Any, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.finish(json.dumps(value))

    def body(self) -> dict[str, Any]:
        """Return the request's body, an object of JSON."""
        if len(self.request.body) > MAX_BODY:
            raise RefusedError(TOO_LARGE, f"the request has {len(self.request.body)} bytes; {MAX_BODY} is the most")
        try:
            found = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            raise RefusedError(BAD_REQUEST, "the request's body is not JSON") from None
        if not isinstance(found, dict):
            raise RefusedError(BAD_REQUEST, "the request's body must be an object of JSON")
        return found

    def name(self, body: dict[str, Any], key: str) -> str:
        """Return a text of the body."""
        value = body.get(key)
        if not isinstance(value, str) or not value:
            raise RefusedError(BAD_REQUEST, f"{key!r} must be a text")
        return value


Method = Callable[..., Awaitable[None]]


def guarded(method: Method) -> Method:
    """Let a method of a handler answer only who may execute code here, and turn our errors into one line."""

    @wraps(method)
    async def answer(self: Handler, *arguments: str) -> None:
        try:
            await method(self, *arguments)
        except SeednbError as error:
            self.reply({"message": str(error)}, _status(error))
        except RecursionError:
            self.reply({"message": "what was sent nests too deeply"}, BAD_REQUEST)

    allowed: Any = authorized("execute", "kernels")(answer)
    return cast(Method, authenticated(allowed))


async def os_path(handler: Handler, path: str) -> str:
    """Return where a notebook of the contents manager lies; hidden files, and what is outside its root, are not found."""
    contents: Any = handler.contents_manager
    to_os_path = getattr(contents, "_get_os_path", None)
    if to_os_path is None:
        raise RefusedError(NOT_HERE, f"{type(contents).__name__} keeps notebooks elsewhere than in files: seednb cannot reach them")
    missing = RefusedError(NOT_FOUND, f"there is no notebook {path[:200]!r}")
    try:
        found = str(to_os_path(path))
        hidden = not contents.allow_hidden and await _asked(contents.is_hidden(path))
        there = await _asked(contents.file_exists(path))
    except (HTTPError, OSError, ValueError):
        raise missing from None
    if hidden or not there:
        raise missing
    return found


async def _asked(answer: Any) -> Any:
    return await answer if isinstance(answer, Awaitable) else answer


def _status(error: SeednbError) -> int:
    if isinstance(error, RefusedError):
        return error.status
    return BAD_REQUEST if isinstance(error, (NotebookError, RecordError, SeedError)) else CONFLICT
