"""How the pictures of a round are chosen, and which ones a person asked for.

The table is named after the race that an earlier version had in place of the ladder.
"""

from collections.abc import Sequence
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.gal.ladder import RaceResult
from gal_studio.state.database.connection import Repository


class Races(Repository):
    """Reads and writes the ladders of rounds."""

    def begin(self, round_id: str, shift: float) -> None:
        """Let the ladder choose the pictures of a round, unless it does.

        `shift` is how far the project's marks move chances (Eq. G16).
        """
        self._database.insert("races", {"round_id": round_id, "shift": shift}, instead="ignore")

    def reopen(self, round_id: str) -> None:
        """Let a ladder go on that has ended."""
        self._database.update("races", {"round_id": round_id}, ended=False)

    def end(self, round_id: str, course: RaceResult) -> None:
        """Keep how a ladder ended."""
        values = {"ended": True, "pictures": course.pictures, "prompts": course.prompts}
        self._database.update("races", {"round_id": round_id}, **values)

    def give_up(self, round_id: str) -> None:
        """Let each prompt of a round have as many pictures."""
        self._database.delete("races", round_id=round_id)

    def ask(self, round_id: str, places: Sequence[tuple[str, int]]) -> None:
        """Ask for further pictures of a round, by anchor and index."""
        rows = [{"round_id": round_id, "anchor_id": anchor, "number": number} for anchor, number in places]
        self._database.insert("asked_pictures", *rows, instead="ignore")


def course_of(values: Sequence[Any]) -> RaceResult:
    """A ladder as its row has it: shift, ended, pictures, prompts."""
    names = ("shift", "ended", "pictures", "prompts")
    shift, ended, pictures, prompts = strict_json.numbers(dict(zip(names, values, strict=False))).values()
    return RaceResult(float(shift), bool(ended), int(pictures), int(prompts))
