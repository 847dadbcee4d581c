"""The HTTP server: uvicorn with bounds for clients that send slowly, much, or nothing."""

import asyncio
import os
import signal
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Thread, Timer
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

END_WITHIN = 5.0  # seconds from a signal to the end of the process; Docker kills it after 10
REQUEST_WITHIN = 15.0  # seconds from the first byte of a request to the end of its headers
MOST_WAITING = 1000  # connections that wait for headers; as many wait for a body, and as many for an answer
WANTED_FILES, OTHER_FILES = 4096, 200  # open files: the limit to ask for, and those that are no connections
BACKLOG = 256  # connections accepted at once; all of them are read before the limits can close one


class Waiting:
    """The connections of a server by what they wait for, in the order in which they were last heard.

    Each kind has a limit of its own, so that none keeps the others out: a new client waits for its headers,
    and must not be closed because a thousand others wait for a body.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._headers: dict[BoundedProtocol, None] = {}
        self._bodies: dict[BoundedProtocol, None] = {}
        self._answers: dict[BoundedProtocol, None] = {}

    def note(self, connection: "BoundedProtocol") -> None:
        """Enter a connection that was heard; beyond the limit, close the one that was silent longest."""
        self.forget(connection)
        if connection.is_between_requests:
            alike = self._headers
        else:
            alike = self._bodies if connection.cycle.more_body else self._answers
        alike[connection] = None
        if len(alike) > self._most:
            silent = next(iter(alike))
            del alike[silent]
            silent.close()

    def forget(self, connection: "BoundedProtocol") -> None:
        """Forget a connection."""
        for alike in (self._headers, self._bodies, self._answers):
            alike.pop(connection, None)


_waiting: "weakref.WeakKeyDictionary[Any, Waiting]" = weakref.WeakKeyDictionary()  # by server


class BoundedProtocol(H11Protocol):
    """A connection that is closed if its headers do not arrive in time, or if too many wait as it does."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._overdue: asyncio.TimerHandle | None = None
        if self.server_state not in _waiting:
            _waiting[self.server_state] = Waiting(_most_waiting())
        self._waiting = _waiting[self.server_state]

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
        """Forget the connection."""
        self._forget()
        self._waiting.forget(self)
        super().connection_lost(exc)

    @property
    def is_between_requests(self) -> bool:
        """Whether no request has begun, except for a part of its headers."""
        return self.cycle is None or self.cycle.response_complete

    def close(self) -> None:
        """Close the connection at once."""
        with suppress(Exception):
            self.transport.abort()

    def _look(self) -> None:
        """Start or end the time limit, and count the connection where it waits."""
        if self.transport.is_closing():
            return
        self._waiting.note(self)
        if not self.is_between_requests:
            self._forget()
        elif self._overdue is None:
            self._overdue = self.loop.call_later(REQUEST_WITHIN, self.close)

    def _forget(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def _most_waiting() -> int:
    """How many connections may wait for one thing: as many as the files that this process may open allow."""
    if sys.platform == "win32":
        return MOST_WAITING
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    files = WANTED_FILES if soft == resource.RLIM_INFINITY else soft
    return max(BACKLOG // 4, min(MOST_WAITING, (files - OTHER_FILES) // 3))


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
        backlog=BACKLOG,
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
