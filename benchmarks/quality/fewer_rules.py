"""What it costs that rules went, by what raters said of first rounds (docs/lab/2026-11/fewer-rules.md).

    python -m benchmarks.quality.fewer_rules docs/lab/2026-11/labels/first-rounds.csv [--drawn FOLDER]

The table alone tells how often the copy flags of a round are doubted (when another detector decided), how
often c(x) is unknown (when the object was looked for), and how many bits a label takes by the copy risk of
the other images of its prompt: by their means at each strength, as the page draws them, and by the curve that
it drew. FOLDER has the same rounds drawn again, where
`python -m benchmarks.quality.eyes TABLE --projects REFERENCES --out OUT` leaves them (OUT/first-rounds/runs):
of these the other copy detectors and the benchmark's former rule of what is recognized are compared with the
labels, too. Another machine draws other images in detail, to which the labels apply nearly.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from gal_studio.core.gal.ladder import rung_of
from gal_studio.core.gal.self_check import self_check
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CHANCE, SHOWN
from gal_studio.rounds import base_pictures
from gal_studio.state import Store
from gal_studio.worker.models import Models

Floats = NDArray[np.float64]
RECOGNIZED_FROM = 0.6
"""The share of the base model's margin from which the benchmark held a thing for recognized."""
TURNS = np.linspace(-0.5, 1.5, 41)
WIDTHS = np.array([0.03, 0.07, 0.15, 0.3])
LAPSE = 0.02
NEVER = 0.02
"""The least and, taken from 1, the most that a mean says, as the curve's lapses do."""


@dataclass(frozen=True)
class Row:
    """A labelled image: its prompt, mean strength and chances, and what the rater said."""

    prompt: str
    index: int
    chance: float
    asked: float
    kept: float
    labels: Mapping[str, bool]

    @property
    def strength(self) -> float:
        """Its mean strength."""
        return rung_of(self.index).mean

    @property
    def candidate(self) -> Candidate:
        """As a candidate of its round."""
        scores = {CHANCE: self.chance, SHOWN: 0.0}
        return Candidate(
            f"{self.prompt}-{self.index}", self.prompt, self.index, 0, "", 0.0, 0.0,
            more_scores=scores, recipe=rung_of(self.index),
        )  # fmt: skip


def read(table: Path) -> dict[str, list[Row]]:
    """The images of each reference."""
    found: dict[str, list[Row]] = {}
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            labels = {name: row[f"{name}_1"] == "1" for name in ("copy", "asked", "like")}
            risk, asked, kept = (float(row[name]) for name in "pac")
            found.setdefault(row["reference"], []).append(
                Row(row["prompt"], int(row["index"]), risk, asked, kept, labels)
            )
    return found


def curve(others: Sequence[Row], strength: float) -> float:
    """The former curve at a strength, by these images: a logistic in the strength, all turns alike before."""
    turns, widths = (grid.reshape(-1, 1) for grid in np.meshgrid(TURNS, WIDTHS, indexing="ij"))
    at = np.array([*(one.strength for one in others), strength])
    q = LAPSE + (1 - 2 * LAPSE) / (1 + np.exp(np.clip((turns - at) / widths, -60, 60)))
    p = np.array([one.chance for one in others])
    fits = np.log(p * q[:, :-1] + (1 - p) * (1 - q[:, :-1])).sum(axis=1)
    weights = np.exp(fits - fits.max())
    return float(weights @ q[:, -1] / weights.sum())


def means(others: Sequence[Row], strength: float) -> float:
    """The mean copy risk at a strength, between the strengths that these images have."""
    at: dict[float, list[float]] = {}
    for one in others:
        at.setdefault(one.strength, []).append(one.chance)
    levels = sorted(at)
    found = float(np.interp(strength, levels, [fmean(at[level]) for level in levels]))
    return min(max(found, NEVER), 1 - NEVER)


def bits(rows: Sequence[Row]) -> tuple[float, float]:
    """The mean bits of a label by the means and by the curve of the other images of its prompt."""
    spent: list[tuple[float, float]] = []
    for row in rows:
        others = [one for one in rows if one.prompt == row.prompt and one is not row]
        if len({one.strength for one in others}) > 1:
            chances = (rule(others, row.strength) for rule in (means, curve))
            spent.append(tuple(-np.log2(p if row.labels["copy"] else 1 - p) for p in chances))  # type: ignore[arg-type]
    plain, fitted = np.array(spent).mean(axis=0)
    return float(plain), float(fitted)


def kappa(said: Sequence[bool] | NDArray[np.bool_], labels: Sequence[bool]) -> str:
    """Cohen's kappa of a rule with the rater."""
    return f"{cohen_kappa_score(labels, said):.2f}"


def by_table(name: str, rows: Sequence[Row]) -> str:
    """The line of a reference by the table alone."""
    doubt = self_check([row.candidate for row in rows]).sentence
    unknown = sum(np.isnan(row.kept) for row in rows)
    copies, asked, like = ([row.labels[label] for row in rows] for label in ("copy", "asked", "like"))
    cells = [
        name, str(len(rows)),
        kappa([row.chance >= 0.5 for row in rows], copies),
        "doubted" if doubt.endswith("not copies.") else "no",
        kappa([row.asked >= 0.5 for row in rows], asked),
        f"{kappa([row.kept >= 0.5 for row in rows], like)}, unknown of {unknown}",
        "{:.3f}, {:.3f}".format(*bits(rows)),
    ]  # fmt: skip
    return " | ".join(cells)


def by_drawn(name: str, rows: Sequence[Row], workspace: Path) -> Iterator[str]:
    """The line of a reference by its round drawn again."""
    known = {(row.prompt, row.index): row.labels for row in rows}
    with Store(workspace) as store:
        project = store.projects.all()[0]
        here = store.snapshots.round(store.rounds.of_project(project.id)[0].id)
        prompts = {anchor.id: anchor.prompt for anchor in here.project.anchors}
        drawn = [(one, prompts[one.anchor_id]) for one in here.candidates]
        drawn = [(one, prompt) for one, prompt in drawn if (prompt, one.index) in known]
        if not drawn:
            return
        base = _base_margins(store, here)
        said = [known[prompt, one.index] for one, prompt in drawn]
        copies, asked = ([each[label] for each in said] for label in ("copy", "asked"))
        former = [one.margin >= RECOGNIZED_FROM * base[prompt] > 0 for one, prompt in drawn]
    rules = {
        "p(x)": [one.chance >= 0.5 for one, _ in drawn],
        "the image": [bool(one.overfit_by_picture) for one, _ in drawn],
        "the prompts": [one.overfit_by_prompts for one, _ in drawn],
    }
    told = ", ".join(f"{rule} {kappa(flags, copies)}" for rule, flags in rules.items())
    now = kappa([(one.asked or 0.0) >= 0.5 for one, _ in drawn], asked)
    yield f"{name} | {len(drawn)} | {told} | a(x) {now}, by the margin {kappa(former, asked)}"


def _base_margins(store: Store, here: RoundSnapshot) -> Mapping[str, float]:
    """s(x, a) - s(x, ref) of the base model's picture of each prompt."""
    project, models = here.project.project, Models()
    base = base_pictures.of_project(store, project)
    features = models.pictures(project.clip_model, list(base.values()), store.images.picture)
    own = (features * models.texts(project.clip_model, list(base))).sum(axis=1)
    references = [one.plain_prompt for one in store.projects.references(project.id)]
    other = (features @ models.texts(project.clip_model, references).T).max(axis=1)
    return dict(zip(base, (own - other).tolist(), strict=True))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--drawn", type=Path, help="folder of the rounds drawn again")
    args = parser.parse_args()
    found = read(args.table)
    print("reference | images | p(x): kappa | flags doubted | a(x): kappa | c(x): kappa | bits: means, curve")
    for name, rows in found.items():
        print(by_table(name, rows))
    plain, fitted = np.mean([bits(rows) for rows in found.values()], axis=0)
    print(f"bits of a label, mean of the references: means {plain:.3f}, curve {fitted:.3f}")
    for name, rows in found.items() if args.drawn else ():
        if (args.drawn / name / "workspace").is_dir():
            print("\n".join(by_drawn(name, rows, args.drawn / name / "workspace")))


if __name__ == "__main__":
    main()
