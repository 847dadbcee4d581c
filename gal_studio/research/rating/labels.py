"""Tables of labels: a row for each image, and of each rater whether it is a copy, as asked, and alike.

A table has the columns `copy_N`, `asked_N` (0 or 1) and `like_N` (0 to 2) of its raters, from 1 on, or
nothing where a rater did not say; `rater_N`, and of a model `model_N` and `prompt_N`, the file with the
words that it was given. All other columns say which image it is.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json
from gal_studio.research.rating.questions import QUESTIONS, RIGHT, WHOLE, Count, are_labels

_OF_A_RATER = re.compile(rf"({'|'.join((*QUESTIONS, RIGHT, WHOLE, 'rater', 'model', 'prompt'))})_(\d+)")
Said = tuple[int, int, int]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Rater:
    """What a rater said: the three labels of images by what their rows say of them, column by column."""

    name: str
    said: Mapping[frozenset[tuple[str, str]], Said]
    columns: frozenset[str]

    def by(self, columns: Iterable[str]) -> dict[frozenset[tuple[str, str]], Said]:
        """The labels by these columns alone; a StudioError where they do not tell images apart."""
        wanted, found = frozenset(columns), dict[frozenset[tuple[str, str]], Said]()
        for key, said in self.said.items():
            short = frozenset(cell for cell in key if cell[0] in wanted)
            if short in found:
                raise StudioError(
                    f"{self.name} has two rows for one image: both tables need a column that tells images "
                    "apart, such as image."
                )
            found[short] = said
        return found


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a heading."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise StudioError(f"{path} cannot be read ({error.strerror}): check its path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise StudioError(f"{path} cannot be read as a CSV table in UTF-8: {error}.") from error
    if not rows:
        raise StudioError(f"{path} has no rows: give a CSV table with a heading.")
    return [{name: value or "" for name, value in row.items() if name} for row in rows]


def read_raters(path: Path) -> list[Rater]:
    """All raters of a table of labels."""
    rows = read_rows(path)
    matches = [each for each in map(_OF_A_RATER.fullmatch, rows[0]) if each]
    numbers = [each[2] for each in matches if each[1] == QUESTIONS[0]]
    missing = [f"{word}_{n}" for n in numbers or ("1",) for word in QUESTIONS if f"{word}_{n}" not in rows[0]]
    if missing:
        raise StudioError(
            f"{path} has no column {missing[0]}: give a table of labels, such as `gal-studio rate` writes."
        )
    columns = frozenset(name for name in rows[0] if not _OF_A_RATER.fullmatch(name))
    found = []
    for number in numbers:
        said: dict[frozenset[tuple[str, str]], Said] = {}
        for place, row in enumerate(rows, start=2):
            cells = [row[f"{word}_{number}"] for word in QUESTIONS]
            if "" in cells:
                continue
            labels = [int(cell) if cell.isdecimal() else cell for cell in cells]
            if not are_labels(labels):
                raise StudioError(
                    f"{path}, line {place}: {', '.join(cells)} are not labels: write 0 or 1, for like 0 to 2."
                )
            key = frozenset((name, row[name]) for name in columns)
            if key in said:
                raise StudioError(
                    f"{path}, line {place}: a second row for the same image. Remove one of them."
                )
            copy, asked, like = map(int, labels)
            said[key] = copy, asked, like
        name = rows[0].get(f"rater_{number}") or (
            path.stem if len(numbers) == 1 else f"{path.stem}, {number}"
        )
        found.append(Rater(name, said, columns))
    return found


def read_count(path: Path) -> Count:
    """What a rater wrote of sheets, as JSON: by sheet and number [copy, asked, like]."""
    try:
        count = read_json(path)
    except (OSError, ValueError) as error:
        raise StudioError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(count, dict) or not all(isinstance(page, dict) for page in count.values()):
        raise StudioError(f'{path} holds no labels: write {{"sheet-1": {{"1": [0, 1, 2], …}}, …}}.')
    for page, images in count.items():
        for number, labels in images.items():
            if labels is not None and not are_labels(labels):
                raise StudioError(
                    f"{path}, {page}, image {number}: write three labels, such as [0, 1, 2]: 0 or 1, for "
                    "like 0 to 2."
                )
    return count


def table_of(
    rows: Sequence[Row], said: Sequence[Sequence[int] | None], rater: str, model: str = "", prompt: str = ""
) -> list[list[Any]]:
    """The table of one rater, the heading first: what `rows` say of the images, then what the rater said."""
    own = list(rows[0])
    names = [
        *own,
        *(f"{word}_1" for word in (*QUESTIONS, RIGHT, WHOLE)),
        "rater_1",
        *(("model_1", "prompt_1") if model else ()),
    ]
    table: list[list[Any]] = [names]
    for row, labels in zip(rows, said, strict=True):
        told: list[Any] = [None] * (len(QUESTIONS) + 2)
        if labels is not None:
            copy, asked, like = map(int, labels)
            right = asked and not copy
            told = [copy, asked, like, int(right and like >= 1), int(right and like == 2)]
        table.append([*(row[name] for name in own), *told, rater, *((model, prompt) if model else ())])
    return table
