"""What jobs found out about rounds: a value for each round and job, which no rule depends on."""

from contextlib import suppress
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state.database.connection import Repository


class Findings(Repository):
    """Reads and writes findings.

    Each is whatever JSON can hold, under the kind of its job. It raises the project's version, and goes
    along in archives, where its IDs and files would be lost. What it was found in may have changed since.
    """

    def save(self, round_id: str, kind: str, found: Any) -> None:
        """Store what a job found, in place of what it had found before."""
        row = {"round_id": round_id, "kind": kind, "found": strict_json.dumps(found)}
        self._database.insert("findings", row, instead="replace")

    def of_round(self, round_id: str, kind: str) -> Any:
        """What a job found, None before that or where it is damaged: the job can find it again.

        Archives come from anywhere: who shows it checks what it is.
        """
        sql = "SELECT found FROM findings WHERE round_id = ? AND kind = ?"
        row = self._database.row(sql, (round_id, kind))
        with suppress(StudioError):
            return None if row is None else strict_json.stored(row["found"])
        return None
