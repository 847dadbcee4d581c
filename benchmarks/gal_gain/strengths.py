"""Is a later round better than the same LoRA at another strength? The arms of `gal_gain`, drawn at five.

    python -m benchmarks.gal_gain --work POCKET_WORK --icons ICONS --out FOLDER
    python -m benchmarks.gal_gain.strengths --work POCKET_WORK --icons ICONS --out FOLDER [--cases NAME ...]

Takes the LoRAs that the first command left in FOLDER, and writes `strengths.json` there. Less strength makes
things right and takes style away, and so do accepted pictures: arms are compared at equal strength and at
equal likeness to the style.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.gal_gain.arms import Bench, drawn_with
from benchmarks.gal_gain.cases import SEEDS, Case, cases
from benchmarks.gal_gain.judging import Judging
from benchmarks.output import read, write
from benchmarks.quality.refinement_gain import interval
from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.recipe import Recipe
from gal_studio.engine.models.image_model import load_image_model

STRENGTHS = (0.4, 0.55, 0.7, 0.85, 1.0)
ARMS = {
    "first round": "first-1",
    "suggestion": "suggestion-3",
    "human": "human-3",
    "random": "random-3",
    "weight 0": "weight-0-3",
}
MEASURES = ("successes", "right", "copies", "likeness")
Curves = Mapping[str, Mapping[str, Sequence[float]]]  # by arm and measure, one value a strength


def curves_of(work: Judging, case: Case, folder: Path) -> Curves:
    """What the judge says of each arm at each strength; `likeness` is the mean over all pictures."""
    preset = load_preset("pocket")
    bench = Bench(load_image_model(resolve_model(preset.base_model)), preset.settings[case.kind], {})
    judge = work.of(case, drawn_with(bench, case, None))
    wanted = [name for _, name in case.tests for _ in range(SEEDS)]
    curves: dict[str, dict[str, list[float]]] = {}
    for arm, stem in ARMS.items():
        curves[arm] = {name: [] for name in MEASURES}
        for strength in STRENGTHS:
            drawn = drawn_with(bench, case, folder / f"{stem}.safetensors", Recipe.constant(strength))
            seen = judge.verdicts(drawn, wanted)
            for name in MEASURES:
                curves[arm][name].append(float(getattr(seen, name).mean()))
    print(case.name, json.dumps(curves), flush=True)
    return curves


def right_at_equal_likeness(
    one: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]
) -> float:
    """How much more often `one` draws the right thing, over the likeness that both reach.

    Lines through the points of each, as neither falls or rises evenly.
    """
    shared = np.linspace(
        max(min(one["likeness"]), min(other["likeness"])),
        min(max(one["likeness"]), max(other["likeness"])),
        20,
    )
    return float(np.mean(_line(one, shared) - _line(other, shared)))


def _line(curve: Mapping[str, Sequence[float]], places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.polyval(np.polyfit(curve["likeness"], curve["right"], 1), places)


def report(rows: Mapping[str, Curves]) -> None:
    """Levels at each strength, and paired differences over the references with their 95 % intervals."""
    for arm in ARMS:
        for name in MEASURES:
            levels = np.mean([row[arm][name] for row in rows.values()], axis=0)
            print(f"{arm:12} {name:10}", " ".join(f"{level:.2f}" for level in levels))
    for arm in ("suggestion", "human"):
        for other in ("weight 0", "random", "first round"):
            told = {
                f"{name}, mean of the strengths": [
                    float(np.mean(row[arm][name]) - np.mean(row[other][name])) for row in rows.values()
                ]
                for name in MEASURES
            }
            told["right at equal likeness"] = [
                right_at_equal_likeness(row[arm], row[other]) for row in rows.values()
            ]
            for name, differences in told.items():
                mean, low, high = interval(differences)
                print(f"{arm} - {other}, {name}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")


def main() -> None:
    """Draw and judge what is missing, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--icons", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", nargs="*", help="names of references; by default all in FOLDER")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    kept = args.out / "strengths.json"
    rows: dict[str, Any] = read(kept) if kept.exists() else {}
    work = Judging(args.work)
    for case in cases(args.icons):
        folder = args.out / case.name
        is_made = all((folder / f"{stem}.safetensors").exists() for stem in ARMS.values())
        if case.name in rows or (args.cases and case.name not in args.cases):
            continue
        if not is_made:
            print(f"{case.name} is left out: an arm has no third round")
            continue
        rows[case.name] = curves_of(work, case, folder)
        write(kept, rows)
    report(rows)


if __name__ == "__main__":
    main()
