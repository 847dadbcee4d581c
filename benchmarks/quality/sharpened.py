"""Does the gentle shock filter look better at page size? Blind pairs for raters, and their count.

    python -m benchmarks.quality.sharpened sheets --out FOLDER IMAGE ... [--pairs 60] [--seed 0]
    python -m benchmarks.quality.sharpened count FOLDER ANSWER ...

`sheets` takes small images, shows each twice at 384 pixels, as a browser enlarges it and with the filter, as
A and B in a random order, six pairs a sheet; FOLDER/key.json says which is which. An answer is a letter for
each pair, A, B, or = for no difference, in the order of the numbers; `count` says how often the filter is
preferred.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gal_studio.studio.reports.sharpened import shown_at

SHOWN, TEXT, ACROSS, DOWN = 384, 22, 2, 3


def enlarged(picture: Image.Image, filtered: bool) -> Image.Image:
    """A square image at page size, filtered or as a browser enlarges."""
    if filtered:
        return shown_at(picture, SHOWN)
    return picture.convert("RGB").resize((SHOWN, SHOWN), Image.Resampling.BICUBIC)


def sheets(paths: Sequence[Path], out: Path, pairs: int, seed: int) -> None:
    """Write the sheets and their key; images are drawn without replacement."""
    rng = np.random.default_rng(seed)
    chosen = [paths[place] for place in rng.permutation(len(paths))[:pairs]]
    first = [bool(one) for one in rng.integers(2, size=len(chosen))]  # whether A is filtered
    each = ACROSS * DOWN
    for start in range(0, len(chosen), each):
        page = Image.new("RGB", (ACROSS * (2 * SHOWN + 16), DOWN * (SHOWN + TEXT)), "white")
        for place, path in enumerate(chosen[start : start + each]):
            left, top = place % ACROSS * (2 * SHOWN + 16), place // ACROSS * (SHOWN + TEXT)
            with Image.open(path) as picture:
                for turn in range(2):
                    shown = enlarged(picture, first[start + place] == (turn == 0))
                    page.paste(shown, (left + turn * SHOWN, top + TEXT))
                    label = f"{start + place + 1}{'AB'[turn]}"
                    ImageDraw.Draw(page).text((left + turn * SHOWN + 4, top + 4), label, fill="black")
        page.save(out / f"sheet-{start // each:02}.png")
    key = [
        {"image": str(path), "filtered": "A" if is_a else "B"}
        for path, is_a in zip(chosen, first, strict=True)
    ]
    (out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def count(folder: Path, answers: Sequence[str]) -> str:
    """How often the filtered image is preferred, in all and by the folder of the images."""
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    said = "".join(answers).upper()
    if len(said) != len(key) or set(said) - {"A", "B", "="}:
        raise SystemExit(f"{len(said)} answers of A, B and = for {len(key)} pairs: give one for each.")
    found: dict[str, list[float]] = {}
    for one, answer in zip(key, said, strict=True):
        value = 0.5 if answer == "=" else float(answer == one["filtered"])
        found.setdefault(Path(one["image"]).parent.name, []).append(value)
    every = [value for values in found.values() for value in values]
    lines = [f"all: {sum(every):g} of {len(every)} ({every.count(0.5)} without a difference)"]
    return "\n".join([*lines, *(f"{name}: {sum(v):g} of {len(v)}" for name, v in sorted(found.items()))])


def main() -> None:
    """Make the sheets, or count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    made = what.add_parser("sheets")
    made.add_argument("images", nargs="+", type=Path)
    made.add_argument("--out", type=Path, required=True)
    made.add_argument("--pairs", type=int, default=60)
    made.add_argument("--seed", type=int, default=0)
    counted = what.add_parser("count")
    counted.add_argument("folder", type=Path)
    counted.add_argument("answers", nargs="+")
    args = parser.parse_args()
    if args.what == "count":
        print(count(args.folder, args.answers))
        return
    args.out.mkdir(parents=True, exist_ok=True)
    sheets(args.images, args.out, args.pairs, args.seed)


if __name__ == "__main__":
    main()
