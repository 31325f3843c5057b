"""Sockets to kernels: short messages are not held back."""

from __future__ import annotations

import asyncio
import socket

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from seednb.server.sockets import CONNECTION, send_at_once


class Connection:
    """What a server makes for each socket to a kernel."""

    def __init__(self, websocket_handler: WebSocketHandler) -> None:
        self.websocket_handler = websocket_handler

    def connect(self) -> asyncio.Future[str]:
        """Connect, as Jupyter Server's own: what it returns is awaited."""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        done.set_result("connected")
        return done


class Socket(WebSocketHandler):
    """Connects as Jupyter Server does, and tells whether Nagle's algorithm is off."""

    async def open(self) -> None:
        connected = await self.settings[CONNECTION](self).connect()
        stream = self.ws_connection.stream
        await self.write_message(f"{connected} {stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0}")


async def told(application: Application) -> str:
    """Open a socket, and return what it tells."""
    listening, port = bind_unused_port()
    server = HTTPServer(application)
    server.add_sockets([listening])
    client = await websocket_connect(f"ws://127.0.0.1:{port}/")
    try:
        return str(await client.read_message())
    finally:
        client.close()
        server.stop()
        await server.close_all_connections()


@pytest.mark.parametrize("extended", [False, True])
def test_short_messages_are_sent_at_once(extended):
    """With the extension a socket waits for no acknowledgement before it sends; without it, it does."""
    application = Application([("/", Socket)], **{CONNECTION: Connection})
    if extended:
        send_at_once(application.settings)
    assert f"connected {extended}" == asyncio.run(told(application))
