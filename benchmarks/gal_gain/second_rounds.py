"""Second rounds that learn what fewer pictures suggest: the ladder, fixed numbers and the published rule.

    python -m benchmarks.gal_gain.second_rounds --kind style --out FOLDER
    python -m benchmarks.gal_gain.second_rounds --kind style --out FOLDER --arms "ten of each" random margin

All go on from one training of a demo; `even` draws as many pictures as the ladder, as many of each prompt.
The arms that are named only on demand choose among ten pictures of each prompt by other policies, or learn
what is suggested with the weight 1.
Every arm accepts what is suggested to it, trains a second round and draws the benchmark at full strength.
Prints the figures of each, and differences to the first arm, paired by prompt and seed. FOLDER keeps the
workspaces: what is there is not made again.
"""

import argparse
import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch

from benchmarks.speed.allocation import draw, train
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.measures.compare import DrawnByKey, change
from gal_studio.core.measures.pictures import Metric
from gal_studio.core.types import Kind
from gal_studio.features.benchmark.verbs import measure
from gal_studio.state import Store
from gal_studio.studio import Studio

METRICS: tuple[Metric, ...] = ("as_asked", "no_copy", "carries", "clip_t")
Changes = Mapping[str, str | bool]
# the first rounds that are gone on from, and what is changed before suggestions are accepted
ARMS: Mapping[str, tuple[str, Changes]] = {
    "ten of each": ("fixed", {}),
    "ladder": ("ladder", {}),
    "even": ("even", {}),
    "published": ("fixed", {"policy": "published", "copy_detectors": "prompts"}),
}
ON_DEMAND: Mapping[str, tuple[str, Changes]] = {
    **{policy: ("fixed", {"policy": policy}) for policy in ("random", "margin", "diverse")},
    "weight 1": ("fixed", {"balance": False}),
}


def second_round(workspace: Path, gal: Changes) -> tuple[DrawnByKey, str]:
    """Accept, train and measure; the held-out pictures by prompt and seed, and what was accepted."""
    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        first, *later = store.rounds.of_project(project)
        if not later:
            usual = store.rounds.settings(first.id)
            store.rounds.set_settings(first.id, usual.updated({"gal": gal}))
            made = studio.proposal(first.id)
            weighed = {"gal": {"balance": gal.get("balance", usual.gal.balance)}}
            store.rounds.set_settings(first.id, usual.updated(weighed))  # else all arms are measured alike
            studio.decide([one.candidate_id for one in made.suggestions], "accepted")
            later = [studio.next_round(first.id)]
        with local_worker(studio, ProgressLine(studio)) as worker:
            if store.rounds.get(later[0].id).adapter is None:
                worker.finish(studio.fine_tune(later[0].id))
            if studio.store.rounds.get(later[0].id).adapter and _lacks(studio, project, later[0].id):
                worker.finish(measure(studio, later[0].id))
        report = studio.measures(project).reports[later[0].id]
        accepted = [
            shown.prompt for shown in studio.round_view(first.id).candidates if shown.verdict == "accepted"
        ]
        return dict(report.arm.part("held_out")), "; ".join(accepted)


def first_round(kind: Kind, rule: str, out: Path) -> Path:
    """The workspace of a first round that is drawn by this rule."""
    drawing: dict[str, object] = {"allocation": rule}
    if rule == "even":
        with Store(first_round(kind, "ladder", out)) as store:
            first = store.rounds.of_project(store.projects.all()[0].id)[0].id
            drawn = store.candidates.of_round(first)
        each = math.ceil(len(drawn) / len({one.anchor_id for one in drawn}))
        drawing = {"allocation": "fixed", "candidates": each}
    workspace = out / f"{kind}-{rule}"
    if not workspace.exists():
        shutil.copytree(out / kind, workspace)
    draw(workspace, drawing)
    return workspace


def _lacks(studio: Studio, project: str, round_id: str) -> bool:
    return round_id not in studio.measures(project).reports


def main() -> None:
    """Go on from each first round, print one line an arm."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0, help="of the training and its pictures; a folder each")
    parser.add_argument("--arms", nargs="+", choices=(*ARMS, *ON_DEMAND), default=tuple(ARMS))
    args = parser.parse_args()
    torch.set_num_threads(1)
    found, against = dict[str, DrawnByKey](), args.arms[0]
    train(args.kind, args.out / args.kind, args.seed)
    for arm in args.arms:
        rule, gal = {**ARMS, **ON_DEMAND}[arm]
        workspace = args.out / f"{args.kind}-second-{arm.replace(' ', '-')}"
        if not workspace.exists():
            shutil.copytree(first_round(args.kind, rule, args.out), workspace)
        found[arm], accepted = second_round(workspace, gal)
        means = ", ".join(f"{metric} {_mean(found[arm], metric)}" for metric in METRICS)
        print(f"{args.kind}, {arm}: {means}; accepted: {accepted}", flush=True)
        if arm != against:
            for metric in METRICS:
                paired = change(found[against], found[arm], metric)
                if paired is not None:
                    print(
                        f"  {metric} {paired.value:+.3f} ({paired.low:+.3f} to {paired.high:+.3f})",
                        flush=True,
                    )


def _mean(drawn: DrawnByKey, metric: Metric) -> str:
    values = [value for one in drawn.values() if (value := one.figures[metric]) is not None]
    return f"{sum(values) / len(values):.2f} of {len(values)}" if values else "unknown"


if __name__ == "__main__":
    main()
