"""What the first suggestion costs under both rules of drawing: as many pictures of each prompt, and a race.

    python -m benchmarks.speed.allocation --kind style --out FOLDER

One training; then the same round is drawn by either rule (Eq. G20), each in a copy of the workspace. FOLDER
keeps the workspaces: what is there is not made again. Goal: at most 40 % of the U-Net forwards.
"""

import argparse
import shutil
import time
from pathlib import Path

import torch

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.types import Kind
from gal_studio.rounds import planned
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create.project import demo_draft


def train(kind: Kind, workspace: Path) -> None:
    """The first round of a demo, trained and with the pictures of the base model, which both rules need."""
    with Store(workspace) as store:
        studio = Studio(store)
        if not store.projects.all():
            studio.create_project(demo_draft(kind))
        round_ = store.rounds.of_project(store.projects.all()[0].id)[0]
        if round_.adapter is None:
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(studio.fine_tune(round_.id))


def draw(workspace: Path, changes: dict[str, object]) -> str:
    """Draw the first round with these settings of drawing; what it cost, and what is suggested."""
    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0]
        round_id = store.rounds.of_project(project.id)[0].id
        if planned.missing(store.snapshots.round(round_id)) or not store.candidates.count(round_id):
            studio.change_settings(project.id, {"generation": changes})
            started, used = time.monotonic(), time.process_time()
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(studio.generate(round_id))
            store.rounds.set_seconds(round_id, "whole", time.monotonic() - started)
            store.rounds.set_seconds(round_id, "processor", time.process_time() - used)
        view = studio.round_view(round_id)
        heads = {score.anchor.id: score.anchor.prompt for score in view.scores}
        suggested = [heads[one.anchor_id] for one in studio.proposal(round_id).suggestions]
        return (
            f"{len(view.candidates)} pictures, {view.unet_forwards} forwards, "
            f"{view.seconds['whole']:.0f} s, {view.seconds['processor']:.0f} s of processor; "
            f"{view.rule} Suggested: {'; '.join(suggested)}"
        )


def main() -> None:
    """Train once, draw twice, print one line a rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    base = args.out / args.kind
    train(args.kind, base)
    for rule in ("race", "fixed"):
        workspace = args.out / f"{args.kind}-{rule}"
        if not workspace.exists():
            shutil.copytree(base, workspace)
        print(f"{args.kind}, {rule}: {draw(workspace, {'allocation': rule})}", flush=True)


if __name__ == "__main__":
    main()
