"""Idempotency keys: a write that is repeated because its answer was lost is not done twice."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from gal_studio.core import strict_json
from gal_studio.state.database.connection import Database, Repository

KEPT = 7 * 86400.0  # seconds; no client retries after that
LAST = 1000
"""Answers that are kept whatever the clock says, which may jump."""
Answer = dict[str, Any]


class Answers(Repository):
    """Stores the answer to each write by its idempotency key."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        super().__init__(database, clock)
        self._lock = threading.Lock()
        self._running: dict[str, Future[Answer]] = {}

    def once(self, key: str, act: Callable[[], Answer]) -> Answer:
        """Act and store the answer in one transaction; if the key is known, return the stored answer.

        A refusal raises and is not stored, since the same write may succeed later.
        """
        with self._database.transaction():
            return self._answered(key, act)

    def once_outside(self, key: str, act: Callable[[], Answer]) -> Answer:
        """Like `once`, for an act that has transactions of its own.

        A repetition while the act still runs waits for its answer or refusal. A crash between the act and its
        answer repeats the act: it must do no harm then.
        """
        with self._lock:
            running = self._running.get(key)
            own = self._running.setdefault(key, Future())
        if running is not None:
            return running.result()
        try:
            own.set_result(self._answered(key, act))
        except BaseException as error:
            own.set_exception(error)
        finally:
            del self._running[key]
        return own.result()

    def _answered(self, key: str, act: Callable[[], Answer]) -> Answer:
        known = self._known(key)
        if known is not None:
            return known
        answer = act()
        self._store(key, answer)
        return answer

    def _known(self, key: str) -> Answer | None:
        row = self._database.row("SELECT answer FROM answers WHERE id = ?", (key,))
        return None if row is None else strict_json.stored(row["answer"])

    def _store(self, key: str, answer: Answer) -> None:
        now, text = self._clock(), strict_json.dumps(answer)
        with self._database.transaction() as writer:
            writer.execute(
                "DELETE FROM answers WHERE time < ? AND rowid <= (SELECT MAX(rowid) FROM answers) - ?",
                (now - KEPT, LAST),
            )
            self._database.insert("answers", {"id": key, "answer": text, "time": now}, instead="ignore")
