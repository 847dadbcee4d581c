"""What was answered to changes: one that is asked for again, since its answer was lost, is not done again."""

import json
from collections.abc import Callable
from typing import Any

from gal_studio.state.database.connection import Database

KEPT = 7 * 86400.0  # seconds; nobody asks again after that
Answer = dict[str, Any]


class Answers:
    """Remembers the answer to each change by the id that the asker gave it."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def once(self, identity: str, act: Callable[[], Answer]) -> Answer:
        """Act and remember the answer, both or neither; the remembered answer where it was done already.

        A refusal raises and is not remembered: what is refused now may work later.
        """
        with self._database.transaction() as writer:
            known = self._database.row("SELECT answer FROM answers WHERE id = ?", (identity,))
            if known is not None:
                answer: Answer = json.loads(known["answer"])
                return answer
            answer = act()
            now = self._clock()
            writer.execute("DELETE FROM answers WHERE time < ?", (now - KEPT,))
            writer.execute("INSERT INTO answers VALUES (?, ?, ?)", (identity, json.dumps(answer), now))
        return answer
