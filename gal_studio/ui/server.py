"""The HTTP server: uvicorn with bounds for clients that send slowly, or nothing."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread, Timer
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

END_WITHIN = 5.0  # seconds from a signal to the end of the process; Docker kills it after 10
REQUEST_WITHIN = 15.0  # seconds from the first byte of a request to the end of its headers
MOST = 800  # connections at once, beyond which requests are answered 503: a process may open 1024 files


class BoundedProtocol(H11Protocol):
    """A connection that is closed if its headers do not arrive in time."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Read on; the time limit holds from the first byte of a request until its headers are complete."""
        super().data_received(data)
        self._look()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; a request whose body went wrong in the middle has no other answer."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # it has been answered, or is being so
            self.close()
            return
        super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the time limit."""
        self._forget()
        super().connection_lost(exc)

    def close(self) -> None:
        """Close the connection at once."""
        with suppress(Exception):
            self.transport.abort()

    def _look(self) -> None:
        """Start or end the time limit."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._overdue is None and not self.transport.is_closing():
            self._overdue = self.loop.call_later(REQUEST_WITHIN, self.close)

    def _forget(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


class Server(uvicorn.Server):
    """A server that ends when it is told to, even while a thread waits for a disk that does not answer."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to end."""
        overdue = Timer(END_WITHIN, os._exit, (128 + sig,))
        overdue.daemon = True
        overdue.start()
        super().handle_exit(sig, frame)


def run(
    app: Any, host: str, port: int, behind_proxy: bool = False, window: Callable[[], bool] | None = None
) -> None:
    """Serve until interrupted; a closed terminal (SIGHUP) ends it like SIGTERM.

    `window` is called once the server answers, and ends it by returning True.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        limit_concurrency=MOST,
        proxy_headers=behind_proxy,  # otherwise anybody could claim another address
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    server = Server(config)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, server.handle_exit)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # raised again by uvicorn once it has shut down
    if window is not None:
        Thread(target=_end_with, args=(server, window), name="window", daemon=True).start()
    server.run()


def _end_with(server: uvicorn.Server, window: Callable[[], bool]) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    if window():
        server.should_exit = True
