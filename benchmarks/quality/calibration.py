"""How well p(x), a(x) or c(x) is calibrated by reference, and whether moving it helps held-out references.

    python -m benchmarks.quality.calibration docs/lab/2026-11/labels/first-rounds.csv ... [--of c]

A table has `reference`, `p` (or `a`, `c`) and what raters said: `copy_*` (`asked_*`, `like_*`), 0 or 1. Each
reference is judged by the chance as it is shipped and by sigma(b_0 + b_1 logit p), fitted to the labels of
all other references of its table, which count alike. Printed are Cohen's kappa from one half on and the Brier
score, means of the raters, and the share of *yes* at each chance as shipped. Nothing is generated.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from gal_studio.core.copy_chance import NEVER
from gal_studio.core.types import COPY_FROM

Floats = NDArray[np.float64]
LABELS = {"p": "copy_", "a": "asked_", "c": "like_"}
BINS = (0.0, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Labelled:
    """The images of a reference: p(x) (n,), and whether each rater saw a copy (raters, n)."""

    chances: Floats
    copies: NDArray[np.bool_]

    @property
    def logits(self) -> Floats:
        """The logits of p(x), (n, 1)."""
        inside = np.clip(self.chances, NEVER, 1 - NEVER)
        found: Floats = np.log(inside / (1 - inside))[:, None]
        return found


def read(table: Path, chance: str) -> dict[str, Labelled]:
    """The images of each reference whose chance the table has."""
    rows: dict[str, list[list[float]]] = {}
    with table.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row.get(chance):
                said = [float(row[name]) for name in row if name.startswith(LABELS[chance])]
                rows.setdefault(row["reference"], []).append([float(row[chance]), *said])
    return {
        name: Labelled(np.array(own)[:, 0], np.array(own)[:, 1:].T.astype(bool)) for name, own in rows.items()
    }


def held_out(name: str, cases: Mapping[str, Labelled]) -> Floats:
    """The chances of a reference, moved as the labels of the others say."""
    others = [(case, said) for key, case in cases.items() if key != name for said in case.copies]
    fitted = LogisticRegression(C=100).fit(
        np.concatenate([case.logits for case, _ in others]),
        np.concatenate([said for _, said in others]),
        np.concatenate([np.full(len(said), 100 / len(said)) for _, said in others]),
    )
    found: Floats = fitted.predict_proba(cases[name].logits)[:, 1]
    return found


def agreement(chances: Floats, case: Labelled) -> tuple[float, float]:
    """Kappa and Brier score, means of the raters."""
    kappas = [cohen_kappa_score(chances >= COPY_FROM, said) for said in case.copies]
    return float(np.mean(kappas)), float(((chances - case.copies) ** 2).mean())


def bins(case: Labelled) -> Iterator[str]:
    """The share of copies, and the images, at each p(x)."""
    for low, high in pairwise(BINS):
        inside = (case.chances >= low) & ((case.chances < high) | (high == BINS[-1]))
        yield f"{case.copies[:, inside].mean():.2f} ({inside.sum()})" if inside.any() else "-"


def lines(cases: Mapping[str, Labelled]) -> Iterator[str]:
    """A line for each reference, and the means."""
    steps = " | ".join(f"{low:g} to {high:g}" for low, high in pairwise(BINS))
    yield f"reference | kappa, Brier as shipped | moved, held out | yes at {steps}"
    both = []
    for name, case in cases.items():
        both.append((agreement(case.chances, case), agreement(held_out(name, cases), case)))
        told = " | ".join("{:.2f}, {:.3f}".format(*each) for each in both[-1])
        yield f"{name} | {told} | {' | '.join(bins(case))}"
    shipped, moved = np.array(both).mean(axis=0)
    wins = sum(new[1] < old[1] for old, new in both)
    means = " | ".join("{:.3f}, {:.3f}".format(*each) for each in (shipped, moved))
    yield f"mean | {means} | better Brier in {wins}"


def main() -> None:
    """Print the table of each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="+", type=Path, metavar="LABELS.csv")
    parser.add_argument("--of", choices=LABELS, default="p", help="the chance: p, a or c")
    args = parser.parse_args()
    for table in args.tables:
        print(table.name, *lines(read(table, args.of)), sep="\n")


if __name__ == "__main__":
    main()
