"""Credentials, and the limit on sign-in attempts; a start that is refused imports nothing else for them."""

import hashlib
import hmac
import ipaddress
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gal_studio.core.errors import StudioError

Clock = Callable[[], float]
TOKEN = "token"


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
