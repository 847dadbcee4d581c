"""The HTTP server: uvicorn with bounds for clients that send slowly, much, or nothing."""

import asyncio
import itertools
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN = 15.0  # seconds from the first byte of a request to the end of its headers
MOST_UNFINISHED = 200  # connections without a whole request; the oldest is closed for a newer one
MOST_OPEN = 800  # connections of any kind, below the files that most systems let a process open
_numbers = itertools.count()


class BoundedProtocol(H11Protocol):
    """A connection that is closed if its headers do not arrive in time, or if too many wait as it does."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._overdue: asyncio.TimerHandle | None = None
        self.number = next(_numbers)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, and close the oldest unfinished one if there are too many."""
        super().connection_made(transport)
        self._expect()
        _make_room(self.connections)

    def data_received(self, data: bytes) -> None:
        """Read on; the time limit holds from the first byte of a request until its headers are complete."""
        super().data_received(data)
        if self.is_between_requests:
            self._expect()
        else:
            self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit."""
        self._forget()
        super().connection_lost(exc)

    @property
    def is_between_requests(self) -> bool:
        """Whether no request has begun, except for a part of its headers."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def is_unfinished(self) -> bool:
        """Whether a request, or the rest of one, is awaited."""
        return self.is_between_requests or self.cycle.more_body

    def close(self) -> None:
        """Close the connection at once."""
        with suppress(Exception):
            self.transport.abort()

    def _expect(self) -> None:
        if self._overdue is None:
            self._overdue = self.loop.call_later(REQUEST_WITHIN, self.close)

    def _forget(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def _make_room(connections: set[Any]) -> None:
    """Close the oldest connections beyond the limits, those without headers before those without a body."""
    if len(connections) <= MOST_UNFINISHED:
        return
    ordered = [one for one in _by_age(connections) if one.is_unfinished]
    waiting = [one for one in ordered if one.is_between_requests]
    bodies = [one for one in ordered if not one.is_between_requests]
    excess = max(len(ordered) - MOST_UNFINISHED, len(connections) - MOST_OPEN)
    for one in (waiting + bodies)[: max(0, excess)]:
        one.close()


def _by_age(connections: set[Any]) -> list[Any]:
    return sorted(
        (one for one in connections if isinstance(one, BoundedProtocol)), key=lambda one: one.number
    )


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
        proxy_headers=behind_proxy,  # otherwise anybody could claim another address
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    server = uvicorn.Server(config)
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
