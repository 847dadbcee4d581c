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
        self._database.write("INSERT OR IGNORE INTO races (round_id, shift) VALUES (?, ?)", (round_id, shift))

    def reopen(self, round_id: str) -> None:
        """Let a ladder go on that has ended."""
        self._database.write("UPDATE races SET ended = 0 WHERE round_id = ?", (round_id,))

    def end(self, round_id: str, course: RaceResult) -> None:
        """Keep how a ladder ended."""
        self._database.write(
            "UPDATE races SET ended = 1, pictures = ?, prompts = ? WHERE round_id = ?",
            (course.pictures, course.prompts, round_id),
        )

    def give_up(self, round_id: str) -> None:
        """Let each prompt of a round have as many pictures."""
        self._database.write("DELETE FROM races WHERE round_id = ?", (round_id,))

    def ask(self, round_id: str, places: Sequence[tuple[str, int]]) -> None:
        """Ask for further pictures of a round, by anchor and index."""
        with self._database.transaction() as writer:
            writer.executemany(
                "INSERT OR IGNORE INTO asked_pictures VALUES (?, ?, ?)",
                [(round_id, anchor, number) for anchor, number in places],
            )


def course_of(values: Sequence[Any]) -> RaceResult:
    """A ladder as its row has it: shift, ended, pictures, prompts."""
    names = ("shift", "ended", "pictures", "prompts")
    shift, ended, pictures, prompts = strict_json.numbers(dict(zip(names, values, strict=False))).values()
    return RaceResult(float(shift), bool(ended), int(pictures), int(prompts))
