"""Count copies by eye, and compare the flags with the counts.

    python -m benchmarks.quality.eye_counts sheets WORKSPACE --out FOLDER [--without THING]
    python -m benchmarks.quality.eye_counts compare FOLDER ...

WORKSPACE is a workspace of the studio. `sheets` lays out its first project's first round in random order in
FOLDER/pages: the references, numbered pictures, and RULES.md for somebody who has seen nothing else.
`--without` leaves out the pictures that ask for the reference's own thing, of which nobody can say whether
they are copies. Each person writes `count-NAME.json` there, as RULES.md says; what the studio says of the
pictures is in FOLDER/key.csv, which they do not see. `compare` takes the figures from both.
"""

import argparse
import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from benchmarks.quality.copy_detectors import agreement
from gal_studio.core.types import SHOWN, Kind
from gal_studio.state import Store
from gal_studio.studio import Studio

COLUMNS, ROWS, SIDE, TEXT = 10, 6, 144, 16
KEY = ("number", "prompt", "recipe", "strength", "overfit", "suggested", SHOWN, "margin")
RULES = """# Counting by eye

{learned}
and then drew the numbered pictures on the pages `page-*.png`. Under each picture stand its number and
{asked}.

Look at every picture, and say two things about it:

{questions}

Write a JSON file `count-YOURNAME.json` beside this one: {{"copies": [numbers], "unrecognised": [numbers]}}.
Numbers that you do not list are neither. Do not read any other file than the pictures of this folder.
"""
STYLE = {
    "learned": "`references.png` shows {prompt!r}. A model learned its STYLE from it,",
    "asked": "the thing that was asked for",
    "questions": """\
- **copy**: it shows the reference's own thing, or a part of it that a person can name (an ear, a paw, a tail,
  a window, a strap, the outline of its body) where the thing that was asked for does not have it. The style
  is no copy: the same colours, lines, textures and ground are wanted.
- **recognised**: you can tell that it is the thing that was asked for.""",
}
OBJECT = {
    "learned": "`references.png` shows one object, {prompt!r}. A model learned the OBJECT from it,",
    "asked": "the place that was asked for",
    "questions": """\
- **copy**: it shows the place or the ground of one of the references, or a part of it that a person can name
  (snow, a step, a beach, the same empty ground), where the place that was asked for does not have it. The
  object is no copy: it is wanted in every picture.
- **recognised**: you can tell that it is the place that was asked for, at least roughly.""",
}
ABOUT: dict[Kind, dict[str, str]] = {"style": STYLE, "object": OBJECT}


@dataclass(frozen=True)
class Shown:
    """A picture of a page, with what the studio says of it."""

    picture: Image.Image
    label: str
    said: dict[str, object]


@dataclass(frozen=True)
class Counted:
    """One person's answers about n pictures."""

    name: str
    copies: NDArray[np.bool_]
    recognised: NDArray[np.bool_]


def write_sheets(workspace: Path, out: Path, without: str | None, rng: np.random.Generator) -> int:
    """Write pages, rules, references and key; returns how many pictures there are to count."""
    with Store(workspace) as store:
        projects = store.projects.all()
        if not projects:
            raise SystemExit(f"{workspace} holds no project: name a workspace whose first round is drawn.")
        project = projects[0]
        references = store.projects.references(project.id)
        shown = [one for one in _first_round(store, project.id) if not without or without not in one.label]
        given = [store.images.picture(reference.image) for reference in references]
    shown = [shown[place] for place in rng.permutation(len(shown))]
    pages = out / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    about = {name: text.format(prompt=references[0].prompt) for name, text in ABOUT[project.kind].items()}
    (pages / "RULES.md").write_text(RULES.format(**about), encoding="utf-8")
    _page(given, [""] * len(given)).save(pages / "references.png")
    for page, first in enumerate(range(0, len(shown), COLUMNS * ROWS), start=1):
        there = shown[first : first + COLUMNS * ROWS]
        labels = [f"{number} {one.label}" for number, one in enumerate(there, start=first + 1)]
        _page([one.picture for one in there], labels).save(pages / f"page-{page}.png")
    with (out / "key.csv").open("w", newline="", encoding="utf-8") as file:
        key = csv.DictWriter(file, KEY)
        key.writeheader()
        key.writerows({"number": number, **one.said} for number, one in enumerate(shown, start=1))
    return len(shown)


def _first_round(store: Store, project_id: str) -> Iterable[Shown]:
    studio, round_ = Studio(store), store.rounds.of_project(project_id)[0]
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(project_id)}
    suggested = {each.candidate_id for each in studio.proposal(round_.id, "uncertainty").suggestions}
    for one in store.candidates.of_round(round_.id):
        prompt = prompts[one.anchor_id]
        said = {
            "prompt": prompt,
            "recipe": one.recipe.words,
            "strength": one.recipe.mean,
            "overfit": int(one.overfit),
            "suggested": int(one.id in suggested),
            SHOWN: one.score(SHOWN),
            "margin": one.margin,
        }
        yield Shown(store.images.picture(one.image), _asked(prompt), said)


def _asked(prompt: str) -> str:
    """What a prompt asks for, without the words of the style or of the object."""
    words = re.sub(r"^.*<[^>]*> \w+ ", "", prompt) if "<" in prompt else prompt.split(" in ")[0]
    return re.sub(r"^(a|an|the) ", "", words.lower())


def _page(pictures: Sequence[Image.Image], labels: Sequence[str]) -> Image.Image:
    page = Image.new("RGB", (COLUMNS * SIDE, -(-len(pictures) // COLUMNS) * (SIDE + TEXT)), "white")
    write = ImageDraw.Draw(page)
    for place, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = place % COLUMNS * SIDE, place // COLUMNS * (SIDE + TEXT)
        page.paste(picture.resize((SIDE - 4, SIDE - 4)), (left + 2, top))
        write.text((left + 4, top + SIDE - 2), label[:23], fill="black")
    return page


def read_count(path: Path, numbers: Sequence[int]) -> Counted:
    """Read one person's answers about the pictures with these numbers; ValueError on any other number."""
    told = json.loads(path.read_text(encoding="utf-8"))
    unknown = {*told["copies"], *told["unrecognised"]} - set(numbers)
    if unknown:
        raise ValueError(f"{path.name} names images that are not there: {sorted(unknown)}")
    copies, lost = (np.isin(numbers, told[name]) for name in ("copies", "unrecognised"))
    return Counted(path.stem.removeprefix("count-"), copies, ~lost)


def compare(folder: Path) -> list[str]:
    """Say what was counted, how the flags agree with each count, and the counts with each other."""
    with (folder / "key.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    numbers = [int(row["number"]) for row in rows]
    counts = [read_count(path, numbers) for path in sorted((folder / "pages").glob("count-*.json"))]
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
        f"  {clean} of {int(suggested.sum())} suggested images are recognised and no copies",
    ]
    if 0 < count.copies.sum() < len(rows) and all(row[SHOWN] for row in rows):
        area = roc_auc_score(count.copies, [float(row[SHOWN]) for row in rows])
        lines.append(f"  area under the ROC curve of the patches: {area:.2f}")
    strengths = np.array([float(row["strength"]) for row in rows])
    for strength in np.unique(strengths)[::-1]:
        at = strengths == strength
        lines.append(
            f"  strength {strength:g}: {int(count.copies[at].sum())} copies, "
            f"{int(count.recognised[at].sum())} recognised of {int(at.sum())}"
        )
    return lines


def main() -> None:
    """Write sheets or print figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    sheets = verbs.add_parser("sheets")
    sheets.add_argument("workspace", type=Path)
    sheets.add_argument("--out", type=Path, required=True)
    sheets.add_argument("--without", metavar="THING")
    sheets.add_argument("--seed", type=int, default=0)
    verbs.add_parser("compare").add_argument("folders", type=Path, nargs="+")
    given = parser.parse_args()
    if given.verb == "sheets":
        rng = np.random.default_rng(given.seed)
        print(write_sheets(given.workspace, given.out, given.without, rng), "pictures")
    else:
        for folder in given.folders:
            print("\n".join([str(folder), *compare(folder)]))


if __name__ == "__main__":
    main()
