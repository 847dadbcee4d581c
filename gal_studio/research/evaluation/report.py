"""The result of an evaluation: a table, and the figures of each picture that it is computed from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.intervals import FEWEST, Interval
from gal_studio.core.quoting import csv_table
from gal_studio.state.files.content_store import write_whole

FIGURES: Mapping[str, str] = {"dino": "DINO", "clip_i": "CLIP-I", "clip_t": "CLIP-T"}
"""The figures by their names in files, with those in the table."""
_COUNTS = ("subject", "pictures", "references")


@dataclass(frozen=True)
class Row:
    """A subject, or all of them: its pictures, the references that they were compared with, and `FIGURES`."""

    subject: str
    pictures: int
    references: int
    figures: Mapping[str, Interval]

    @property
    def counts(self) -> tuple[str, int, int]:
        """The cells before the figures."""
        return self.subject, self.pictures, self.references


@dataclass(frozen=True)
class Report:
    """An evaluation; `facts` is how it was made.

    `pictures` has a row for each picture, with equal columns; `prompts` are the exact ones, in order.
    """

    rows: Sequence[Row]
    facts: Mapping[str, Any]
    pictures: Sequence[Mapping[str, str | int | float]]
    prompts: Sequence[str]

    def table(self) -> str:
        """The rows under each other; a figure with its 95 % interval."""
        lines = [
            [*_COUNTS, *FIGURES.values()],
            *([*map(str, row.counts), *(_words(row.figures[name]) for name in FIGURES)] for row in self.rows),
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        aligned = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )
        return "\n".join([*aligned, *self._about_intervals()])

    def _about_intervals(self) -> list[str]:
        """A sentence where a figure has no interval."""
        fewest = min(one.prompts for row in self.rows for one in row.figures.values())
        if fewest >= FEWEST:
            return []
        return [
            f"A figure of fewer than {FEWEST} prompts, or of all with fewer than {FEWEST} subjects, has no "
            f"interval (here {fewest})."
        ]

    def data(self) -> dict[str, Any]:
        """Everything as plain data."""
        rows = [
            {
                **dict(zip(_COUNTS, row.counts, strict=True)),
                **{name: _plain(row.figures[name]) for name in FIGURES},
            }
            for row in self.rows
        ]
        return {**self.facts, "rows": rows}

    def write(self, folder: Path) -> None:
        """Write `evaluation` as JSON and CSV, `pictures.csv` and `prompts.txt`."""
        text = json.dumps(self.data(), indent=2, ensure_ascii=False)
        files = {
            "evaluation.json": f"{text}\n".encode(),
            "evaluation.csv": self._csv().encode(),
            "pictures.csv": csv_table([self.pictures[0], *(row.values() for row in self.pictures)]).encode(),
            "prompts.txt": "".join(f"{prompt}\n" for prompt in self.prompts).encode(),
        }
        for name, data in files.items():
            write_whole(folder / name, data, folder)

    def _csv(self) -> str:
        heading = [*_COUNTS, *(f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high"))]
        rows = (
            [*row.counts, *(cell for name in FIGURES for cell in _plain(row.figures[name]).values())]
            for row in self.rows
        )
        return csv_table([heading, *rows])


def _plain(figure: Interval) -> dict[str, float | None]:
    """A figure with the ends of its interval; None where too few prompts or subjects were resampled."""
    known = figure.prompts >= FEWEST
    return {
        "value": figure.value,
        "low": figure.low if known else None,
        "high": figure.high if known else None,
    }


def _words(figure: Interval) -> str:
    ends = f" ({figure.low:.3f} to {figure.high:.3f})" if figure.prompts >= FEWEST else ""
    return f"{figure.value:.3f}{ends}"
