"""Style match with and without the reference's plain ground (Eq. G17), beside what readers saw.

    python -m workshop.benchmarks.quality.ground docs/lab/2026-11/labels/ground.csv

A row is a benchmark picture: the studio's `copy_risk` and `prompt_match`, what it carries `with_ground` and
`without_ground`, and of each reader `copy_*`, `asked_*` (0, 1) and `look_*` (0 none, 1 part, 2 whole). Each
reference's largest mean utility (Eq. G18) names its best round and strength. `--marks 3` adds what
would change if a person called so many images *thin*, of those without the look that score highest.
"""

import argparse
import csv
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from gal_studio.core.utility import PART_FROM, SLOPE, WHOLE_FROM, kept_chance, utility

Row = dict[str, str]
WAYS = ("with_ground", "without_ground")
FIRST = ("1", "1.0")  # the first round at full strength, which the rest is measured by
WHOLE = 2
DRAWS = 40  # of which images a person marks
SPREADS = (1.0, 3.0)  # standard deviations of what marks may move the logit by


def arm(row: Row) -> tuple[str, str]:
    """The round and the strength that drew a picture."""
    return row["round"], row["strength"]


def share(rows: Sequence[Row], least: int) -> float:
    """The share of right pictures, the mean of the readers: no copy, as asked, with so much of the look."""
    found = [
        row[f"copy_{reader}"] == "0" and row[f"asked_{reader}"] == "1" and int(row[f"look_{reader}"]) >= least
        for row in rows
        for reader in (1, 2)
    ]
    return float(np.mean(found))


def seen(row: Row) -> int:
    """The grades of both readers: above 2, one saw the whole look and the other at least a part."""
    return int(row["look_1"]) + int(row["look_2"])


def ratios(rows: Sequence[Row], way: str) -> dict[tuple[str, str], list[float]]:
    """Of each arm, what its pictures carry of the median of the first round at full strength."""
    full = float(np.median([float(row[way]) for row in rows if arm(row) == FIRST]))
    return {name: [float(row[way]) / full for row in of] for name, of in groupby(sorted(rows, key=arm), arm)}


def mean_utility(rows: Sequence[Row], carried: Sequence[float]) -> float:
    """The mean u of an arm's pictures, which carry so much."""
    return float(
        np.mean([
            utility(float(row["copy_risk"]), float(row["prompt_match"]), kept_chance(one, 1.0))
            for row, one in zip(rows, carried, strict=True)
        ])
    )  # fmt: skip


def shift(chances: Sequence[float], spread: float) -> float:
    """The mode of what marks of thin images with these chances of Eq. G17 move its logit by."""
    logits = np.log(chances) - np.log1p(-np.array(chances))

    def cost(moved: float) -> float:
        return float(moved**2 / (2 * spread**2) + np.logaddexp(0.0, logits + moved).sum())

    return float(minimize_scalar(cost, bounds=(-20.0, 20.0), method="bounded").x)


def marked(rows: Sequence[Row], way: str, marks: int, spread: float, draws: np.random.Generator) -> str:
    """How well the cut of the whole look fits after marks of thin images, and where the largest u then is."""
    full = float(np.median([float(row[way]) for row in rows if arm(row) == FIRST]))
    carried = np.array([float(row[way]) / full for row in rows])
    grades = np.array([seen(row) for row in rows])
    clean = np.array([row["copy_1"] == row["copy_2"] == "0" for row in rows])
    named = np.array([row["asked_1"] == row["asked_2"] == "1" for row in rows])
    thin = np.flatnonzero(clean & named & (grades <= 1))
    offered = thin[np.argsort(-carried[thin])][:12]
    if len(offered) < marks:
        return f"{len(thin)} thin images"
    arms = sorted({arm(row) for row in rows})
    whole = {name: share([row for row in rows if arm(row) == name], WHOLE) for name in arms}
    places = {name: [at for at, row in enumerate(rows) if arm(row) == name] for name in arms}
    kappas, hits = [], 0
    for _ in range(DRAWS):
        chosen = draws.choice(offered, marks, replace=False)
        chances = [kept_chance(one, 1.0) or 0.0 for one in carried[chosen]]
        moved = carried + (shift(chances, spread) / SLOPE if marks else 0.0)
        rest = np.setdiff1d(np.flatnonzero(clean), chosen)
        kappas.append(cohen_kappa_score(grades[rest] > WHOLE, moved[rest] >= WHOLE_FROM))
        u = {
            name: mean_utility([rows[at] for at in at_arm], moved[at_arm]) for name, at_arm in places.items()
        }
        hits += whole[max(arms, key=u.__getitem__)] == max(whole.values())
    return f"kappa {np.mean(kappas):.2f}, most of the whole look in {hits} of {DRAWS}"


def report(rows: Sequence[Row], marks: int) -> None:
    """Print each arm of each reference, and how well both ways order the pictures of all."""
    pooled: dict[str, list[float]] = {way: [] for way in WAYS}
    looks: list[tuple[int, bool]] = []
    print("| reference | round, strength | right | whole look | u with ground | without |\n|" + "---|" * 6)
    for reference, found in groupby(rows, lambda row: row["reference"]):
        of = sorted(found, key=arm)
        carried = {way: ratios(of, way) for way in WAYS}
        for name, drawn in groupby(of, arm):
            own = list(drawn)
            figures = [share(own, 1), share(own, WHOLE)]
            figures += [mean_utility(own, carried[way][name]) for way in WAYS]
            print(f"| {reference} | {', '.join(name)} |", *(f"{one:.2f} |" for one in figures))
        for way in WAYS:
            pooled[way] += [one for each in carried[way].values() for one in each]
        looks += [(seen(row), row["copy_1"] == row["copy_2"] == "0") for row in of]
    grades, clean = (np.array(each) for each in zip(*looks, strict=True))
    areas = [f"{roc_auc_score(grades > WHOLE, pooled[way]):.3f} {way.replace('_', ' ')}" for way in WAYS]
    print(f"\nArea under the curve for the whole look, {len(looks)} pictures: {', '.join(areas)}.")
    for way in WAYS:
        share_of = np.array(pooled[way])[clean]
        fully, partly = (
            cohen_kappa_score(grades[clean] >= least, share_of >= cut)
            for least, cut in ((WHOLE + 1, WHOLE_FROM), (1, PART_FROM))
        )
        words = way.replace("_", " ")
        print(
            f"Kappa with the readers, {words}, {clean.sum()} that are no copies: {fully:.2f}, {partly:.2f}."
        )
    for reference, found in groupby(rows, lambda row: row["reference"]) if marks else ():
        own = list(found)
        for way in WAYS:
            for count, spread in ((0, 1.0), *((marks, spread) for spread in SPREADS)):
                draws = np.random.default_rng(0)
                told = marked(own, way, count, spread, draws)
                print(f"{reference}, {way.replace('_', ' ')}, {count} marks, spread {spread}: {told}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--marks", type=int, default=0)
    given = parser.parse_args()
    with given.labels.open(encoding="utf-8", newline="") as table:
        report(list(csv.DictReader(table)), given.marks)
