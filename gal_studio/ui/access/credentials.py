"""Credentials, the limit on sign-in attempts, and open sessions."""

import hashlib
import hmac
import ipaddress
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.private import private_mode

Clock = Callable[[], float]
TOKEN = "token"
SESSION_SECONDS = 14 * 86_400
OPEN_SESSIONS = 100
LARGEST_SESSIONS = 1 << 20  # bytes


@dataclass(frozen=True)
class Credentials:
    """A user name and a password, or a token (with an empty user name)."""

    user: str
    secret: str = field(repr=False)

    def accepts(self, user: str, secret: str) -> bool:
        """Whether both are right, compared in constant time."""
        pairs = ((self.user, user), (self.secret, secret))
        return all([hmac.compare_digest(_digest(ours), _digest(theirs)) for ours, theirs in pairs])

    @property
    def key(self) -> bytes:
        """The key of all sessions: changing the password ends them."""
        return _digest(json.dumps([self.user, self.secret]))


class Ticket:
    """Signs in once: for the browser that this program opens, whose address is in the list of processes."""

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(24)
        self._open = True

    def redeem(self, value: str) -> bool:
        """Whether this is the ticket, and nobody has used it before."""
        accepted = self._open and hmac.compare_digest(_digest(self.value), _digest(value))
        self._open = self._open and not accepted
        return accepted


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def read_credentials(text: str) -> Credentials:
    """Parse `USER:PASSWORD`; `token` makes a new token."""
    if text == TOKEN:
        return Credentials("", secrets.token_urlsafe(24))
    user, colon, password = text.partition(":")
    if not (colon and user and password):
        raise StudioError(
            f"The sign-in has no user or no password: give USER:PASSWORD or the word {TOKEN!r}."
        )
    return Credentials(user, password)


class Attempts:
    """Counts failed sign-ins per client and in total; after a few, each one doubles the waiting time.

    The total does not slow down a client that has signed in before. After an hour without an attempt, the
    count starts again.
    """

    FREE, LONGEST = 5, 900.0
    FREE_IN_ALL, LONGEST_IN_ALL = 50, 60.0
    FORGOTTEN, KEPT_CLIENTS = 3600.0, 1000

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}
        self._in_all: tuple[int, float] = (0, 0.0)
        self._known: set[str] = set()

    def __len__(self) -> int:
        """The number of clients whose failures are remembered."""
        return len(self._failures)

    def wait(self, address: str) -> float:
        """Seconds until this client may try again."""
        client = client_of(address)
        own = self._left(self._failures.get(client, (0, 0.0)), self.FREE, self.LONGEST)
        if client in self._known:
            return own
        return max(own, self._left(self._in_all, self.FREE_IN_ALL, self.LONGEST_IN_ALL))

    def failed(self, address: str) -> None:
        """Count a failed sign-in."""
        client = client_of(address)
        self._failures[client] = self._one_more(self._failures.pop(client, (0, 0.0)))
        self._in_all = self._one_more(self._in_all)
        if len(self._failures) > self.KEPT_CLIENTS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, address: str) -> None:
        """Reset the count of this client."""
        self._failures.pop(client_of(address), None)
        if len(self._known) < self.KEPT_CLIENTS:
            self._known.add(client_of(address))

    def _one_more(self, before: tuple[int, float]) -> tuple[int, float]:
        now = self._clock()
        count = before[0] if now - before[1] < self.FORGOTTEN else 0
        return count + 1, now

    def _left(self, failures: tuple[int, float], free: int, longest: float) -> float:
        count, last = failures
        if count < free:
            return 0.0
        wait: float = min(2.0 ** min(count - free, 30), longest)
        return max(0.0, last + wait - self._clock())


def client_of(address: str) -> str:
    """The address that attempts are counted by; for IPv6 the /64 network, since a client has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed), 64), strict=False))


class Sessions:
    """Open sessions: the browser has a random token in a cookie, the workspace its HMAC and expiry time.

    Sessions survive a restart of the server, and end when the password changes.
    """

    def __init__(self, path: Path | None, credentials: Credentials, clock: Clock = time.time) -> None:
        self._path, self._key, self._clock = path, credentials.key, clock
        self._ends = self._read()

    def open(self) -> str:
        """Open a session; returns the value of its cookie."""
        cookie = secrets.token_urlsafe(32)
        now = self._clock()
        fresh = {name: end for name, end in self._ends.items() if end > now}
        self._ends = dict(list(fresh.items())[-(OPEN_SESSIONS - 1) :])
        self._ends[self._name(cookie)] = now + SESSION_SECONDS
        self._write()
        return cookie

    def holds(self, cookie: str | None) -> bool:
        """Whether this cookie belongs to an open session."""
        return bool(cookie) and self._ends.get(self._name(cookie or ""), 0.0) > self._clock()

    def close(self, cookie: str | None) -> None:
        """Close the session of this cookie."""
        if self._ends.pop(self._name(cookie or ""), None) is not None:
            self._write()

    def _name(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()

    def _read(self) -> dict[str, float]:
        if self._path is None:
            return {}
        try:
            kept = read_json(self._path, LARGEST_SESSIONS)
            return {name: end for name, end in strict_json.numbers(kept).items() if name and end >= 0}
        except (OSError, StudioError):  # whoever was signed in signs in again
            return {}

    def _write(self) -> None:
        if self._path is not None:
            with suppress(StudioError):  # on a full disk, sessions last only as long as the process
                folder = self._path.parent
                write_whole(self._path, json.dumps(self._ends).encode(), folder, private_mode(folder))
