"""The result of an evaluation: a table, and the figures of each picture that it is computed from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.intervals import FEWEST, Interval
from gal_studio.core.quoting import csv_table
from gal_studio.state.files.content_store import write_whole

_FIGURES = {"dino": "DINO", "clip_i": "CLIP-I", "clip_t": "CLIP-T"}


@dataclass(frozen=True)
class Row:
    """One line: what it is about, counts, and figures."""

    name: str
    counts: Mapping[str, int]
    figures: Mapping[str, Interval]


@dataclass(frozen=True)
class Report:
    """An evaluation; `facts` is how it was made, and the first column is headed by `subject`.

    `pictures` has a row for each picture, with equal columns; `prompts` are the exact ones, in order.
    """

    subject: str
    rows: Sequence[Row]
    facts: Mapping[str, Any]
    pictures: Sequence[Mapping[str, str | int | float]]
    prompts: Sequence[str]

    def table(self) -> str:
        """The rows under each other; a figure with its 95 % interval."""
        first = self.rows[0]
        lines = [
            [self.subject, *first.counts, *map(_FIGURES.__getitem__, first.figures)],
            *(
                [row.name, *map(str, row.counts.values()), *map(_figure, row.figures.values())]
                for row in self.rows
            ),
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join([*(_aligned(line, widths) for line in lines), *self._about_intervals()])

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
                self.subject: row.name,
                **row.counts,
                **{name: _plain(figure) for name, figure in row.figures.items()},
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
        first, ends = self.rows[0], ("", "_low", "_high")
        heading = [self.subject, *first.counts, *(f"{name}{end}" for name in first.figures for end in ends)]
        rows = ([row.name, *row.counts.values(), *_cells(row)] for row in self.rows)
        return csv_table([heading, *rows])


def _cells(row: Row) -> list[float | str]:
    """Value, low and high of each figure; what is unknown is empty."""
    found: list[float | str] = []
    for figure in row.figures.values():
        found += ["" if cell is None else cell for cell in (figure.value, *_ends(figure))]
    return found


def _figure(figure: Interval) -> str:
    low, high = _ends(figure)
    known = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return f"{figure.value:.3f}{known}"


def _plain(figure: Interval) -> dict[str, float | None]:
    low, high = _ends(figure)
    return {"value": figure.value, "low": low, "high": high}


def _ends(figure: Interval) -> tuple[float, float] | tuple[None, None]:
    """The ends of an interval; none where too few prompts or subjects were resampled to have one."""
    return (figure.low, figure.high) if figure.prompts >= FEWEST else (None, None)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
