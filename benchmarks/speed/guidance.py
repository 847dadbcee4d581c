"""What guidance in a part of the steps alone saves (arXiv 2404.07724), and what it changes.

    python -m benchmarks.speed.guidance --kind style --out FOLDER

One training of a demo; then some pictures of each test prompt with guidance in all
steps and in each of some parts, from the same seeds. FOLDER keeps the workspaces, and a sheet for each kind:
a row of pictures for each part, all steps first.
"""

import argparse
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

import torch
from PIL import Image

from benchmarks.speed.allocation import draw, train
from gal_studio.core.gal.agreement import cohen_kappa
from gal_studio.core.records.candidate import Candidate
from gal_studio.state import Store

PARTS = ((0.0, 1.0), (0.0, 0.7), (0.2, 0.8))
COLUMNS = 15  # pictures in a row of the sheet
SIDE = 96  # pixels
Drawn = Mapping[str, tuple[Candidate, Image.Image]]


def pictures(workspace: Path, each: int) -> Drawn:
    """The first pictures of each prompt of the first round, by IDs that all workspaces share."""
    with Store(workspace) as store:
        round_ = store.rounds.of_project(store.projects.all()[0].id)[0]
        drawn = sorted(store.candidates.of_round(round_.id), key=lambda one: (one.index, one.anchor_id))
        return {one.id: (one, store.images.picture(one.image)) for one in drawn if one.index < each}


def told(drawn: Drawn, whole: Drawn) -> str:
    """Means of the pictures, and how their flags agree with those of guidance in all steps."""
    here, before = ([candidate for candidate, _ in part.values()] for part in (drawn, whole))
    copies = [{one.id for one in part if one.overfit} for part in (here, before)]
    kappa = cohen_kappa(len(here), *copies)
    return (
        f"copies {len(copies[0])} of {len(here)} (kappa {1.0 if kappa is None else kappa:.2f}), "
        f"as asked {fmean(one.asked or 0.0 for one in here):.2f}, "
        f"carries {fmean(one.carries or 0.0 for one in here):.2f}, "
        f"CLIP-T {fmean(one.similarity_anchor for one in here):.3f}"
    )


def sheet(parts: Sequence[Drawn], path: Path) -> None:
    """A row for each part; pictures of the first, a middle and the last recipe of each prompt."""
    names = list(parts[0])[:: max(1, len(parts[0]) // COLUMNS)][:COLUMNS]
    made = Image.new("RGB", (len(names) * SIDE, len(parts) * SIDE), "white")
    for row, part in enumerate(parts):
        for column, name in enumerate(names):
            made.paste(part[name][1].resize((SIDE, SIDE)), (column * SIDE, row * SIDE))
    made.save(path)


def main() -> None:
    """Train once, draw with each part, print one line each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--each", type=int, default=5, help="pictures of each test prompt")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    base = args.out / args.kind
    train(args.kind, base)
    found: list[Drawn] = []
    for start, end in PARTS:
        workspace = args.out / f"{args.kind}-guided-{start:g}-{end:g}"
        if not workspace.exists():
            shutil.copytree(base, workspace)
        cost = draw(workspace, {"candidates": args.each, "guidance_start": start, "guidance_end": end})
        found.append(pictures(workspace, args.each))
        print(f"{args.kind}, {start:g} to {end:g}: {cost}", flush=True)
        print(f"  {told(found[-1], found[0])}", flush=True)
    sheet(found, args.out / f"{args.kind}-guidance.png")


if __name__ == "__main__":
    main()
