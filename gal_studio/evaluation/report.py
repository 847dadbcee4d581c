"""The result of an evaluation: a table, and everything that it can be computed from again."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """An evaluation; `facts` is how it was made, and the first column is headed by `subject`.

    `pictures` has a row for each picture, with equal columns; `prompts` are the exact ones, in order;
    `features` are the models' unit rows, those of pictures in the order of `pictures`.
    """

    subject: str
    rows: Sequence[Row]
    facts: Mapping[str, Any]
    pictures: Sequence[Mapping[str, str | int | float]]
    prompts: Sequence[str]
    features: Mapping[str, NDArray[np.float64]]

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
        return {**self.facts, "rows": rows}

    def write(self, folder: Path) -> None:
        """Write `evaluation.json`, `evaluation.csv`, `pictures.csv`, `prompts.txt` and `features.npz`."""
        text = json.dumps(self.data(), indent=2, ensure_ascii=False)
        files = {
            "evaluation.json": f"{text}\n".encode(),
            "evaluation.csv": self._csv().encode(),
            "pictures.csv": _table(list(self.pictures[0]), (row.values() for row in self.pictures)).encode(),
            "prompts.txt": "".join(f"{prompt}\n" for prompt in self.prompts).encode(),
            "features.npz": _arrays(self.features),
        }
        for name, data in files.items():
            write_whole(folder / name, data, folder)

    def _csv(self) -> str:
        first, ends = self.rows[0], ("", "_low", "_high")
        heading = [self.subject, *first.counts, *(f"{name}{end}" for name in first.figures for end in ends)]
        return _table(heading, ([row.name, *row.counts.values(), *_cells(row)] for row in self.rows))


def _table(heading: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return buffer.getvalue()


def _cells(row: Row) -> list[float | str]:
    return [
        cell
        for figure in row.figures.values()
        for cell in (("", "", "") if figure is None else (figure.value, figure.low, figure.high))
    ]


def _arrays(arrays: Mapping[str, NDArray[np.float64]]) -> bytes:
    """An `.npz` of arrays in float32, with the same bytes for the same arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            single = io.BytesIO()
            np.save(single, np.asarray(array, dtype=np.float32), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), single.getvalue(), zipfile.ZIP_DEFLATED)
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
