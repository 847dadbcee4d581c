"""Do rounds help? Suggestions and people against random choice, weight 0, no balance and plain fine-tuning.

    python -m benchmarks.gal_gain --work POCKET_WORK --icons ICONS --out FOLDER [--cases NAME ...]
    python -m benchmarks.gal_gain --out FOLDER --report

Twelve references (`cases.py`), three rounds each. Every round's LoRA draws the same held-out prompts from the
same seeds, and an independent judge (`judging.py`) counts the successes. POCKET_WORK has judge.pt and the
unseen renders of `tools/pocket`. What FOLDER has already is not made again, so that the command can be
stopped; other settings or another bundled model need another FOLDER. It leaves a contact sheet for every
reference: look at them first.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from benchmarks.gal_gain.arms import BEST, CONTROLS, LOOPS, ROUNDS, Bench, adapters_of, drawn_with
from benchmarks.gal_gain.cases import SEEDS, Case, cases
from benchmarks.gal_gain.judging import Judging
from benchmarks.output import read, write
from benchmarks.quality.refinement_gain import interval
from gal_studio.assets import load_preset, resolve_model
from gal_studio.engine.models.image_model import load_image_model

ALWAYS = ("base model", "first round", BEST, "suggestion")
ARMS = (*ALWAYS, *LOOPS[1:], *CONTROLS)
JUDGED = ("suggestion", "human", "marked")
COMPARED = ("weight 0", "random", "no balance", "plain", "first round", BEST)
MEASURES = ("successes", "right", "copies", "likeness")
SIDE, LABEL = 72, 90


def run_case(
    work: Judging, case: Case, changes: dict[str, Any], out: Path, arms: Sequence[str]
) -> dict[str, Any]:
    """The figures of these arms on one reference."""
    preset = load_preset("pocket")
    settings = preset.settings[case.kind].updated(changes)
    bench = Bench(load_image_model(resolve_model(preset.base_model)), settings, changes)
    untaught = drawn_with(bench, case, None)
    judge = work.of(case, untaught)
    made = adapters_of(bench, case, judge, out / case.name, arms)
    wanted = [name for _, name in case.tests for _ in range(SEEDS)]
    figures, rows = {}, {}
    for arm in arms:
        drawn_by = made.get(arm)
        pictures = drawn_with(bench, case, drawn_by.rounds[-1], drawn_by.recipe) if drawn_by else untaught
        seen = judge.verdicts(pictures, wanted)
        good = seen.likeness[seen.right] if seen.right.any() else seen.likeness
        figures[arm] = {
            "successes": float(seen.successes.mean()),
            "right": float(seen.right.mean()),
            "copies": float(seen.copies.mean()),
            "likeness": float(good.mean()),
        }
        rows[arm] = pictures
    sheet(case, rows).save(out / f"{case.name}.png")
    print(case.name, json.dumps({arm: row["successes"] for arm, row in figures.items()}), flush=True)
    rounds = {arm: len(trained.rounds) for arm, trained in made.items()}
    return {"case": case.name, "kind": case.kind, "figures": figures, "rounds": rounds}


def sheet(case: Case, rows: dict[str, list[Image.Image]], shown: int = 2) -> Image.Image:
    """The reference, then one row an arm with `shown` seeds of each prompt."""
    columns = shown * len(case.tests)
    page = Image.new("RGB", (LABEL + columns * SIDE, (len(rows) + 1) * SIDE), "white")
    write = ImageDraw.Draw(page)
    for place, (picture, _) in enumerate(case.references):
        page.paste(picture.resize((SIDE - 2, SIDE - 2)), (place * SIDE, 0))
    for place, (_, name) in enumerate(case.tests):
        write.text((LABEL + place * shown * SIDE + 4, SIDE - 14), name, fill="black")
    for row, (arm, pictures) in enumerate(rows.items(), start=1):
        write.text((4, row * SIDE + SIDE // 2), arm, fill="black")
        for column in range(columns):
            picture = pictures[column // shown * SEEDS + column % shown]
            page.paste(picture.resize((SIDE - 2, SIDE - 2)), (LABEL + column * SIDE, row * SIDE))
    return page


def conditions(changes: dict[str, Any]) -> dict[str, str]:
    """What results depend on: the settings of both kinds, and the bundled U-Net."""
    preset = load_preset("pocket")
    settings = {kind: asdict(each.updated(changes)) for kind, each in preset.settings.items()}
    (weights,) = Path(resolve_model(preset.base_model)).glob("unet/*.safetensors")
    return {
        "settings": json.dumps(settings, sort_keys=True),
        "weights": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def report(rows: list[dict[str, Any]]) -> None:
    """Levels of each arm, and paired differences over the references with their 95 % intervals."""
    arms = [arm for arm in ARMS if all(arm in row["figures"] for row in rows)]
    for kind in ("style", "object", "all"):
        mine = [row["figures"] for row in rows if kind in (row["kind"], "all")]
        if len(mine) < 2:
            continue
        print(f"{kind}: {len(mine)} references")
        for row in rows if kind == "all" else ():
            short = [f"{arm} after round {n}" for arm, n in row.get("rounds", {}).items() if _ended(arm, n)]
            if short:
                print(f"  {row['case']}: nothing more was accepted by {', '.join(short)}")
        for name in MEASURES:
            levels = "  ".join(f"{arm} {np.mean([row[arm][name] for row in mine]):.3f}" for arm in arms)
            print(f"  {name}: {levels}")
        for arm, other in product(JUDGED, COMPARED):
            if {arm, other}.issubset(arms):
                told = [row[arm]["successes"] - row[other]["successes"] for row in mine]
                mean, low, high = interval(told)
                print(f"  successes, {arm} - {other}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")


def _ended(arm: str, rounds: int) -> bool:
    return arm in (*LOOPS, *CONTROLS) and rounds < ROUNDS


def main() -> None:
    """Run the missing references, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path)
    parser.add_argument("--icons", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", nargs="*", help="names of references; all by default")
    parser.add_argument("--arms", nargs="*", choices=ARMS, default=ARMS, help="others than the suggestion's")
    parser.add_argument("--changes", type=json.loads, default={}, help="settings to change, as JSON")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="only print the table")
    args = parser.parse_args()
    kept, asked = args.out / "figures.json", conditions(args.changes)
    known = read(kept) if kept.exists() else {"asked": asked, "rows": []}
    rows = known["rows"]
    if not args.report:
        if known["asked"] != asked:
            raise SystemExit(f"{args.out} was made with other settings or weights: choose another folder.")
        args.out.mkdir(parents=True, exist_ok=True)
        write(kept, known)
        torch.set_num_threads(args.threads)
        work = Judging(args.work)
        for case in cases(args.icons):
            if args.cases and case.name not in args.cases:
                continue
            known_arms = {arm for row in rows if row["case"] == case.name for arm in row["figures"]}
            arms = [arm for arm in ARMS if arm in {*ALWAYS, *args.arms, *known_arms}]
            if known_arms.issuperset(arms):
                continue
            (args.out / case.name).mkdir(parents=True, exist_ok=True)
            row = run_case(work, case, args.changes, args.out, arms)
            rows[:] = [each for each in rows if each["case"] != case.name] + [row]
            write(kept, known)
    report(rows)


if __name__ == "__main__":
    main()
