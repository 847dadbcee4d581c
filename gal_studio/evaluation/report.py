"""The result of an evaluation: one table for the terminal, and the same as JSON and CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.intervals import Interval
from gal_studio.state.files.content_store import write_whole


@dataclass(frozen=True)
class Row:
    """One line: what it is about, counts, and figures, which may be missing."""

    name: str
    counts: Mapping[str, int]
    figures: Mapping[str, Interval | None]


@dataclass(frozen=True)
class Report:
    """An evaluation; `told` is how it was made, and the first column is headed by `subject`."""

    subject: str
    rows: Sequence[Row]
    told: Mapping[str, Any]

    def table(self) -> str:
        """The rows under each other; a figure with its 95 % interval."""
        first = self.rows[0]
        lines = [[self.subject, *first.counts, *map(_heading, first.figures)]]
        lines += [
            [row.name, *map(str, row.counts.values()), *map(_figure, row.figures.values())]
            for row in self.rows
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_aligned(line, widths) for line in lines)

    def data(self) -> dict[str, Any]:
        """Everything as plain data."""
        rows = [
            {
                self.subject: row.name,
                **row.counts,
                **{name: None if figure is None else _plain(figure) for name, figure in row.figures.items()},
            }
            for row in self.rows
        ]
        return {**self.told, "rows": rows}

    def write(self, folder: Path) -> None:
        """Write `evaluation.json` and `evaluation.csv`."""
        text = json.dumps(self.data(), indent=2, ensure_ascii=False)
        write_whole(folder / "evaluation.json", f"{text}\n".encode(), folder)
        write_whole(folder / "evaluation.csv", self._csv().encode(), folder)

    def _csv(self) -> str:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        first = self.rows[0]
        ends = ("", "_low", "_high")
        writer.writerow(
            [self.subject, *first.counts, *(f"{name}{end}" for name in first.figures for end in ends)]
        )
        for row in self.rows:
            cells = [
                cell
                for figure in row.figures.values()
                for cell in (("", "", "") if figure is None else (figure.value, figure.low, figure.high))
            ]
            writer.writerow([row.name, *row.counts.values(), *cells])
        return buffer.getvalue()


def _heading(name: str) -> str:
    change = name.removesuffix("_change")
    shown = {"dino": "DINO", "clip_i": "CLIP-I", "clip_t": "CLIP-T"}[change]
    return shown if change == name else f"change of {shown}"


def _figure(figure: Interval | None) -> str:
    if figure is None:
        return ""
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _plain(figure: Interval) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
