"""Compare the copy detectors with labels made by eye; measure a vision model's threshold.

    python -m workshop.benchmarks.quality.copy_detectors LABELS.csv [--vision NAME] [--write FOLDER]

LABELS.csv has a row for each picture: `reference` and `picture` (files, relative to it), `copy` (1 if the
picture shows the reference's subject, 0 if not; anything else is left out), `prompts` (the flag of Eq. G2,
`overfit` in the candidates.csv of `gal-studio run` with the setting `copy_detectors = "prompts"`).

The threshold is the one whose flags, of both detectors together, agree best with the labels (Cohen's kappa).
Its own figures flatter it, so each reference is also judged by the threshold that the others choose.
`--write` puts it into the vision model's description, with which the studio then works.
"""

import argparse
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, foreground_patches
from gal_studio.core.patchdpo.shown import SHOWS_FROM, ReferencePatches, find_reference
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask, is_ragged
from gal_studio.engine.patches.loading import DESCRIPTION, load_vision
from gal_studio.engine.patches.tower import PatchTower

BUNDLED = ("assets:pocket/vision", "local-dir:assets:pocket/clip")
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """The pictures of one reference: labels and flags of the prompts (n,), likenesses of the patches (n,)."""

    name: str
    copies: Bools
    prompts: Bools
    likeness: NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How flags agree with labels: recall and precision of copies, Cohen's kappa."""

    recall: float
    precision: float
    kappa: float


def agreement(flags: Bools, labels: Bools) -> Agreement:
    """Compare flags (n,) with labels (n,); a figure without a denominator is nan."""
    both = float((flags & labels).sum())
    chance = flags.mean() * labels.mean() + (1 - flags.mean()) * (1 - labels.mean())
    return Agreement(
        both / labels.sum() if labels.any() else float("nan"),
        both / flags.sum() if flags.any() else float("nan"),
        float((np.mean(flags == labels) - chance) / (1 - chance)) if chance < 1 else float("nan"),
    )


def choose_threshold(cases: Sequence[Labelled]) -> float:
    """The threshold with the largest kappa of both detectors; the middle one of equally good ones."""
    copies, prompts, likeness = _joined(cases)
    middles = np.unique(likeness)
    limits = (middles[1:] + middles[:-1]) / 2
    kappas = np.array([agreement(prompts | (likeness >= limit), copies).kappa for limit in limits])
    best = np.flatnonzero(kappas >= np.nanmax(kappas) - 1e-9)
    return float(limits[best[len(best) // 2]])


def _joined(cases: Sequence[Labelled]) -> tuple[Bools, Bools, NDArray[np.float64]]:
    return (
        np.concatenate([case.copies for case in cases]),
        np.concatenate([case.prompts for case in cases]),
        np.concatenate([case.likeness for case in cases]),
    )


def read_labels(path: Path) -> dict[Path, list[tuple[Path, bool, bool]]]:
    """The labelled pictures of each reference, with label and flag of the prompts."""
    rows: dict[Path, list[tuple[Path, bool, bool]]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["copy"] in ("0", "1"):
                picture = path.parent / row["picture"]
                flag = row.get("prompts") == "1"
                rows.setdefault(path.parent / row["reference"], []).append(
                    (picture, row["copy"] == "1", flag)
                )
    return rows


def compare(tower: PatchTower, reference: Path, rows: Sequence[tuple[Path, bool, bool]]) -> Labelled:
    """Compute how much of a reference its pictures show, as a round without accepted pictures does."""
    if tower.limits is None:
        raise SystemExit(f"{tower.name} has no limits (Eq. P6): take the bundled one")
    picture = _open(reference)
    features = tower.patches([picture])[0]
    sought = ReferencePatches(
        features, _subject(picture, features), np.full(features.shape[:2], tower.limits.low)
    )
    drawn = tower.patches([_open(path) for path, _, _ in rows])
    likeness = [find_reference(sought, each, tower.limits).likeness for each in drawn]
    copies, prompts = (np.array([row[place] for row in rows], dtype=bool) for place in (1, 2))
    return Labelled(reference.stem, copies, prompts, np.array(likeness))


def _open(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _subject(picture: Image.Image, features: Features) -> Flags:
    height, width = features.shape[:2]
    everything = np.ones((height, width), dtype=bool)
    try:
        mask = foreground_mask(picture)
    except NoForegroundError:
        return everything
    inside = np.asarray(mask, dtype=np.float64) / 255
    return everything if is_ragged(mask) else foreground_patches(inside, height, width)


def by_detector(case: Labelled, threshold: float) -> Mapping[str, Bools]:
    """The flags of a reference's pictures by each setting of `gal.copy_detectors`."""
    shown = case.likeness >= threshold
    return {"prompts": case.prompts, "pictures": shown, "both": shown | case.prompts}


def report(cases: Sequence[Labelled], threshold: float) -> list[str]:
    """Recall, precision and kappa of each setting: of all pictures, and of each reference left out."""
    copies, prompts, likeness = _joined(cases)
    whole = Labelled("all", copies, prompts, likeness)
    lines = [_line(whole, name, flags) for name, flags in by_detector(whole, threshold).items()]
    if len(cases) > 1:
        lines.append("each reference by the threshold that the others choose:")
        for case in cases:
            chosen = choose_threshold([other for other in cases if other is not case])
            lines += [_line(case, name, flags, chosen) for name, flags in by_detector(case, chosen).items()]
    return lines


def _line(case: Labelled, name: str, flags: Bools, threshold: float | None = None) -> str:
    found = agreement(flags, case.copies)
    at = "" if threshold is None else f" at {threshold:.3f}"
    return (
        f"{case.name:12} {name:9} {len(flags):4} pictures, {int(case.copies.sum()):4} copies: recall "
        f"{found.recall:.2f}, precision {found.precision:.2f}, kappa {found.kappa:.2f}{at}"
    )


def write_threshold(folder: Path, threshold: float) -> None:
    """Put the threshold into the description of a tuned vision model."""
    path = folder / DESCRIPTION
    card = json.loads(path.read_text(encoding="utf-8"))
    card["shows_from"] = round(threshold, 4)
    path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, print, and write if wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--vision", default=BUNDLED[0])
    parser.add_argument("--clip", default=BUNDLED[1])
    parser.add_argument("--write", type=Path, help="a folder with vision.json")
    given = parser.parse_args()
    tower = load_vision(resolve_model(given.vision), resolve_model(given.clip), "cpu")
    cases = [compare(tower, reference, rows) for reference, rows in read_labels(given.labels).items()]
    threshold = choose_threshold(cases)
    print(f"threshold {threshold:.4f} (without one measured for a model: {SHOWS_FROM})")
    print("\n".join(report(cases, threshold)))
    if given.write is not None:
        write_threshold(given.write, threshold)


if __name__ == "__main__":
    main()
