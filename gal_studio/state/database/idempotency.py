"""Idempotency keys: a write that is repeated because its answer was lost is not done twice."""

import json
from collections.abc import Callable
from typing import Any

from gal_studio.state.database.connection import Database

KEPT = 7 * 86400.0  # seconds; no client retries after that
Answer = dict[str, Any]


class Answers:
    """Stores the answer to each write by its idempotency key."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def once(self, key: str, act: Callable[[], Answer]) -> Answer:
        """Act and store the answer in one transaction; if the key is known, return the stored answer.

        A refusal raises and is not stored, since the same write may succeed later.
        """
        with self._database.transaction() as writer:
            known = self._database.row("SELECT answer FROM answers WHERE id = ?", (key,))
            if known is not None:
                answer: Answer = json.loads(known["answer"])
                return answer
            answer = act()
            now = self._clock()
            writer.execute("DELETE FROM answers WHERE time < ?", (now - KEPT,))
            writer.execute("INSERT INTO answers VALUES (?, ?, ?)", (key, json.dumps(answer), now))
        return answer
