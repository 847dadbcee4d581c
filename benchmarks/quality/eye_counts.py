"""Count copies by eye, and compare the flags with the counts.

    python -m benchmarks.quality.eye_counts sheets RESULTS --out FOLDER [--without THING]
    python -m benchmarks.quality.eye_counts compare FOLDER

RESULTS is what `gal-studio run` or `demo` left. `sheets` lays out the pictures of its first round in random
order: numbered pages, and RULES.md for somebody who has seen nothing else. `--without` leaves out the
pictures that ask for the reference's own thing, of which nobody can say whether they are copies. Each person
writes `count-NAME.json` into FOLDER, as RULES.md says; `compare` takes the figures, from FOLDER alone.
"""

import argparse
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from benchmarks.quality.copy_witness import agreement

COLUMNS, ROWS, SIDE, TEXT = 10, 6, 144, 16
KEPT = ("file", "prompt", "strength", "overfit", "suggested", "shows_reference", "similarity_reference")
RULES = """# Counting by eye

`reference.png` shows {prompt!r}. A model learned its STYLE from this one picture, and then drew the numbered
pictures on the pages `page-*.png`. Under each picture stand its number and the thing that was asked for.

Look at every picture, and say two things about it:

- **copy**: it shows the reference's own thing, or a part of it that a person can name (an ear, a paw, a tail,
  a window, a strap, the outline of its body) where the thing that was asked for does not have it. The style
  is no copy: the same colours, lines, textures and ground are wanted.
- **recognised**: you can tell that it is the thing that was asked for.

Write a JSON file `count-YOURNAME.json` beside this one: {{"copies": [numbers], "unrecognised": [numbers]}}.
Numbers that you do not list are neither. Do not read any other file in this folder.
"""


@dataclass(frozen=True)
class Counted:
    """One person's answers about n pictures."""

    name: str
    copies: NDArray[np.bool_]
    recognised: NDArray[np.bool_]


def write_sheets(results: Path, out: Path, without: str | None, rng: np.random.Generator) -> int:
    """Write pages, rules, reference and key; returns how many pictures there are to count."""
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))["project"]
    with (results / "candidates.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["round"] == "1"]
    style = summary["reference_prompt"]
    rows = [row for row in rows if without is None or without not in _thing(row["prompt"], style)]
    rows = [rows[place] for place in rng.permutation(len(rows))]
    out.mkdir(parents=True, exist_ok=True)
    (out / "RULES.md").write_text(RULES.format(prompt=style), encoding="utf-8")
    labels = [f"{number} {_thing(row['prompt'], style)}" for number, row in enumerate(rows, start=1)]
    pictures = [results / row["file"] for row in rows]
    for page, first in enumerate(range(0, len(rows), COLUMNS * ROWS), start=1):
        there = slice(first, first + COLUMNS * ROWS)
        _page(pictures[there], labels[there]).save(out / f"page-{page}.png")
    with (out / "key.csv").open("w", newline="", encoding="utf-8") as file:
        key = csv.DictWriter(file, ("number", *KEPT), extrasaction="ignore")
        key.writeheader()
        key.writerows({"number": number, **row} for number, row in enumerate(rows, start=1))
    return len(rows)


def _thing(prompt: str, style: str) -> str:
    """What a prompt asks for, without the style's words."""
    return re.sub(r"^(a|an|the) ", "", prompt.split(" in ")[0].lower()) if " in " in style else prompt


def _page(pictures: Sequence[Path], labels: Sequence[str]) -> Image.Image:
    page = Image.new("RGB", (COLUMNS * SIDE, -(-len(pictures) // COLUMNS) * (SIDE + TEXT)), "white")
    write = ImageDraw.Draw(page)
    for place, (path, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = place % COLUMNS * SIDE, place // COLUMNS * (SIDE + TEXT)
        with Image.open(path) as picture:
            page.paste(picture.convert("RGB").resize((SIDE - 4, SIDE - 4)), (left + 2, top))
        write.text((left + 4, top + SIDE - 2), label, fill="black")
    return page


def read_count(path: Path, numbers: Sequence[int]) -> Counted:
    """Read one person's answers about the pictures with these numbers; ValueError on any other number."""
    told = json.loads(path.read_text(encoding="utf-8"))
    unknown = {*told["copies"], *told["unrecognised"]} - set(numbers)
    if unknown:
        raise ValueError(f"{path.name} names pictures that are not there: {sorted(unknown)}")
    copies, lost = (np.isin(numbers, told[name]) for name in ("copies", "unrecognised"))
    return Counted(path.stem.removeprefix("count-"), copies, ~lost)


def compare(folder: Path) -> list[str]:
    """Say what was counted, how the flags agree with each count, and the counts with each other."""
    with (folder / "key.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    numbers = [int(row["number"]) for row in rows]
    counts = [read_count(path, numbers) for path in sorted(folder.glob("count-*.json"))]
    lines = [line for count in counts for line in _describe(count, rows)]
    for one, other in combinations(counts, 2):
        kappa = cohen_kappa_score(one.copies, other.copies)
        lines.append(f"{one.name} and {other.name}: kappa of copies {kappa:.2f}")
    return lines


def _describe(count: Counted, rows: Sequence[dict[str, str]]) -> list[str]:
    flags, suggested = (np.array([row[name] == "1" for row in rows]) for name in ("overfit", "suggested"))
    found = agreement(flags, count.copies)
    clean = int((suggested & count.recognised & ~count.copies).sum())
    recognised = f"{count.recognised.mean():.2f} recognised of {len(rows)}"
    lines = [
        f"{count.name}: {int(count.copies.sum())} copies and {recognised}",
        f"  {int(flags.sum())} flags, {int((flags & count.copies).sum())} of them counted: recall "
        f"{found.recall:.2f}, precision {found.precision:.2f}, kappa {found.kappa:.2f}",
        f"  {clean} of {int(suggested.sum())} suggested pictures are recognised and no copies",
    ]
    if 0 < count.copies.sum() < len(rows):
        areas = {name: _area(count, rows, name) for name in ("shows_reference", "similarity_reference")}
        lines.append("  area under the ROC curve: " + ", ".join(f"{k} {v:.2f}" for k, v in areas.items()))
    strengths = np.array([float(row["strength"]) for row in rows])
    for strength in np.unique(strengths)[::-1]:
        at = strengths == strength
        lines.append(
            f"  strength {strength:g}: {int(count.copies[at].sum())} copies, "
            f"{int(count.recognised[at].sum())} recognised of {int(at.sum())}"
        )
    return lines


def _area(count: Counted, rows: Sequence[dict[str, str]], name: str) -> float:
    return float(roc_auc_score(count.copies, [float(row[name]) for row in rows]))


def main() -> None:
    """Write sheets or print figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    sheets = verbs.add_parser("sheets")
    sheets.add_argument("results", type=Path)
    sheets.add_argument("--out", type=Path, required=True)
    sheets.add_argument("--without", metavar="THING")
    sheets.add_argument("--seed", type=int, default=0)
    verbs.add_parser("compare").add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.verb == "sheets":
        rng = np.random.default_rng(given.seed)
        print(write_sheets(given.results, given.out, given.without, rng), "pictures")
    else:
        print("\n".join(compare(given.folder)))


if __name__ == "__main__":
    main()
