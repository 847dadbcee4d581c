"""Idempotency keys: a write that is repeated because its answer was lost is not done twice."""

from collections.abc import Callable
from typing import Any

from gal_studio.core import strict_json
from gal_studio.state.database.connection import Repository

KEPT = 7 * 86400.0  # seconds; no client retries after that
LAST = 1000
"""Answers that are kept whatever the clock says, which may jump."""
Answer = dict[str, Any]


class Answers(Repository):
    """Stores the answer to each write by its idempotency key."""

    def once(self, key: str, act: Callable[[], Answer]) -> Answer:
        """Act and store the answer in one transaction; if the key is known, return the stored answer.

        A refusal raises and is not stored, since the same write may succeed later.
        """
        with self._database.transaction():
            return self.once_outside(key, act)

    def once_outside(self, key: str, act: Callable[[], Answer]) -> Answer:
        """Like `once`, for an act that has transactions of its own.

        A crash between the act and its answer, or a repetition while the act still runs, repeats the act:
        it must do no harm then.
        """
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
