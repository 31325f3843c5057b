"""How kernels' messages get to front ends: at once."""

from __future__ import annotations

from typing import Any

CONNECTION = "kernel_websocket_connection_class"


def send_at_once(settings: dict[str, Any]) -> None:
    """Switch Nagle's algorithm off for the sockets that front ends open from now on: it may cost 40 ms for each answer waited for.

    Jupyter Server leaves it on; Tornado advises against that where short messages matter
    (https://www.tornadoweb.org/en/stable/websocket.html#tornado.websocket.WebSocketHandler.set_nodelay).
    settings: of the web application, which names the class of the connections to kernels, a public trait of the server's.
    """
    settings[CONNECTION] = _prompt(settings[CONNECTION])


def _prompt(connection: type) -> type:
    class Prompt(connection):  # type: ignore[misc]
        def connect(self) -> Any:
            if self.websocket_handler.ws_connection is not None:
                self.websocket_handler.set_nodelay(True)
            return super().connect()

    Prompt.__name__ = connection.__name__
    return Prompt
