"""How the pictures of a round are chosen (Eq. G20), and which ones a person asked for."""

from collections.abc import Sequence
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.gal.allocation import Course
from gal_studio.state.database.connection import Database


class Races:
    """Reads and writes the races of rounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, round_id: str, shift: float) -> None:
        """Let a race choose the pictures of a round, unless one does.

        `shift` is how far the project's marks move chances (Eq. G16).
        """
        self._database.write("INSERT OR IGNORE INTO races (round_id, shift) VALUES (?, ?)", (round_id, shift))

    def reopen(self, round_id: str) -> None:
        """Let a race go on that has ended."""
        self._database.write("UPDATE races SET ended = 0 WHERE round_id = ?", (round_id,))

    def end(self, round_id: str, course: Course) -> None:
        """Keep how a race ended."""
        self._database.write(
            "UPDATE races SET ended = 1, pictures = ?, prompts = ?, settled = ?, decided = ? "
            "WHERE round_id = ?",
            (course.pictures, course.prompts, course.settled, course.decided, round_id),
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


def course_of(values: Sequence[Any]) -> Course:
    """A race as its row has it: shift, ended, pictures, prompts, settled, decided."""
    names = ("shift", "ended", "pictures", "prompts", "settled", "decided")
    shift, ended, pictures, prompts, settled, decided = strict_json.numbers(
        dict(zip(names, values, strict=True))
    ).values()
    return Course(float(shift), bool(ended), int(pictures), int(prompts), int(settled), bool(decided))
