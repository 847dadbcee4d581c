"""Open sessions, and the file in which they outlive the process."""

import hashlib
import hmac
import json
import secrets
import time
from contextlib import suppress
from pathlib import Path

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.private import private_mode
from gal_studio.ui.access.credentials import Clock, Credentials

SESSION_SECONDS = 14 * 86_400
OPEN_SESSIONS = 100
LARGEST_SESSIONS = 1 << 20  # bytes


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
            kept = read_json(self._path, LARGEST_SESSIONS, follow=False)
            return {name: end for name, end in strict_json.numbers(kept).items() if name and end >= 0}
        except (OSError, StudioError):  # whoever was signed in signs in again
            return {}

    def _write(self) -> None:
        if self._path is not None:
            with suppress(StudioError):  # on a full disk, sessions last only as long as the process
                folder = self._path.parent
                write_whole(self._path, json.dumps(self._ends).encode(), folder, private_mode(folder))
