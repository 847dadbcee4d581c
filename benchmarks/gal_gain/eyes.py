"""The arms of `gal_gain`, counted by eye: which row shows what was asked for, in the style or of the object?

    python -m benchmarks.gal_gain.eyes sheets --icons ICONS --out FOLDER
    python -m benchmarks.gal_gain.eyes report --out FOLDER

`sheets` draws two pictures of every test prompt with the LoRAs that `gal_gain` left in FOLDER: one page a
reference in FOLDER/eyes, its rows in random order, and RULES.md for somebody who has seen nothing else. Each
person writes `count-NAME.json` there. The order is in FOLDER/rows.json, which they do not see.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from sklearn.metrics import cohen_kappa_score

from benchmarks.gal_gain.arms import Bench, drawn_with
from benchmarks.gal_gain.cases import SEEDS, Case, cases
from benchmarks.gal_gain.strengths import ARMS as TRAINED
from benchmarks.output import read, write
from benchmarks.quality.refinement_gain import interval
from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.seeds import generator
from gal_studio.engine.models.image_model import load_image_model

ARMS: Mapping[str, str | None] = {"base model": None, **TRAINED}
SHOWN, SIDE, EDGE = 2, 128, 34
QUESTIONS = ("asked", "like", "copy")
RULES = """# Counting by eye

Each page has a line of references, and below it rows of pictures that a small model drew, two of each thing
or place that stands above the columns. The references show one object in several places, or one thing in a
style. For every picture say 1 or 0:

- **asked**: a person who is told what was asked for says that it is shown, at least roughly.
- **like**: it shows that very object, by its shape and its own colours; or, if the references are one picture
  in a style, it looks made in that style, more so than any ordinary drawing.
- **copy**: it shows a reference's place, its empty ground, or (in a style) its thing, or a part of these that
  a person can name, instead of what was asked for or mixed into it.

Be as kind to one row as to another. Write `count-YOURNAME.json` beside this file:
{"PAGE": {"A": {"asked": [...], "like": [...], "copy": [...]}, "B": ...}, ...}. Read nothing else.
"""
Count = Mapping[str, Mapping[str, Mapping[str, Sequence[int]]]]  # by page, row and question
Flags = NDArray[np.bool_]


def write_page(case: Case, drawn: Mapping[str, Sequence[Image.Image]], folder: Path) -> list[str]:
    """Write the page of a case, with `SEEDS` pictures a test in `drawn`; the arms in their order on it."""
    order = [str(arm) for arm in generator(case.number, "rows").permutation(list(drawn))]
    columns = SHOWN * len(case.tests)
    page = Image.new("RGB", (EDGE + columns * SIDE, EDGE + (1 + len(order)) * SIDE), "white")
    label = ImageDraw.Draw(page)
    for place, (picture, _) in enumerate(case.references):
        page.paste(picture.resize((SIDE - 4, SIDE - 4)), (EDGE + place * SIDE, 0))
    for place, (_, name) in enumerate(case.tests):
        label.text((EDGE + place * SHOWN * SIDE, SIDE + 12), f"asked: {name}", fill="black")
    for row, arm in enumerate(order):
        top = EDGE + (row + 1) * SIDE
        label.text((12, top + SIDE // 2), "ABCDEFGH"[row], fill="black")
        for column in range(columns):
            picture = drawn[arm][column // SHOWN * SEEDS + column % SHOWN]
            page.paste(picture.resize((SIDE - 4, SIDE - 4)), (EDGE + column * SIDE, top))
    page.save(folder / f"{case.name}.png")
    return order


def successes(count: Count, page: str, row: str) -> Flags:
    """Which pictures of a row show what was asked for, like the reference, and are no copies."""
    asked, like, copy = (np.array(count[page][row][question], dtype=bool) for question in QUESTIONS)
    good: Flags = asked & like & ~copy
    return good


def shares(rows: Mapping[str, Sequence[str]], counts: Sequence[Count]) -> dict[str, dict[str, float]]:
    """The mean share of successes by page and arm, over the people who counted the page."""
    found: dict[str, dict[str, float]] = {}
    for page, order in rows.items():
        mine = [count for count in counts if page in count]
        if mine:
            found[page] = {
                arm: float(np.mean([successes(count, page, row) for count in mine]))
                for row, arm in zip("ABCDEFGH", order, strict=False)
            }
    return found


def agreement(rows: Mapping[str, Sequence[str]], counts: Sequence[Count]) -> list[float]:
    """Cohen's kappa of the successes of each two people, over the pages that both counted."""
    kappas = []
    for one, other in combinations(counts, 2):
        both = [page for page in rows if page in one and page in other]
        if both:
            told = [
                np.concatenate([successes(each, page, row) for page in both for row in each[page]])
                for each in (one, other)
            ]
            kappas.append(float(cohen_kappa_score(*told)))
    return kappas


def report(rows: Mapping[str, Sequence[str]], counts: Sequence[Count]) -> list[str]:
    """Successes by reference and arm, paired differences with their 95 % intervals, and answers by arm."""
    found = shares(rows, counts)
    arms = list(ARMS)
    lines = ["  ".join([f"{'':24}", *arms])]
    for page, told in found.items():
        lines.append("  ".join([f"{page:24}", *(f"{told[arm]:{len(arm)}.2f}" for arm in arms)]))
    for arm in ("suggestion", "human"):
        for other in ("weight 0", "random", "first round"):
            mean, low, high = interval([told[arm] - told[other] for told in found.values()])
            lines.append(f"{arm} - {other}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    for question in QUESTIONS:
        told = [f"{arm} {answered(rows, counts, arm, question):.2f}" for arm in arms]
        lines.append("  ".join([f"{question}:", *told]))
    return [*lines, *(f"kappa of two counts: {kappa:.2f}" for kappa in agreement(rows, counts))]


def answered(rows: Mapping[str, Sequence[str]], counts: Sequence[Count], arm: str, question: str) -> float:
    """The share of an arm's pictures for which a question was answered with yes."""
    told = [
        np.mean(count[page]["ABCDEFGH"[order.index(arm)]][question])
        for count in counts
        for page, order in rows.items()
        if page in count
    ]
    return float(np.mean(told))


def _sheets(args: argparse.Namespace) -> None:
    folder, kept = args.out / "eyes", args.out / "rows.json"
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[str]] = read(kept) if kept.exists() else {}
    preset = load_preset("pocket")
    model = load_image_model(resolve_model(preset.base_model))
    for case in cases(args.icons):
        paths = {arm: args.out / case.name / f"{stem}.safetensors" for arm, stem in ARMS.items() if stem}
        if case.name in rows or not all(path.exists() for path in paths.values()):
            continue
        bench = Bench(model, preset.settings[case.kind], {})
        drawn = {arm: drawn_with(bench, case, paths.get(arm)) for arm in ARMS}
        rows[case.name] = write_page(case, drawn, folder)
        write(kept, rows)
    (folder / "RULES.md").write_text(RULES)


def main() -> None:
    """Write the pages that are missing, or print what was counted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("sheets", "report"))
    parser.add_argument("--icons", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.what == "sheets":
        _sheets(args)
        return
    counts = [json.loads(path.read_text()) for path in sorted((args.out / "eyes").glob("count-*.json"))]
    print("\n".join(report(read(args.out / "rows.json"), counts)))


if __name__ == "__main__":
    main()
