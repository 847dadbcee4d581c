"""How undecided the prompts are that each rule of drawing chooses, by many pictures that none of them saw.

    python -m benchmarks.gal_gain.true_entropy --kind style --out FOLDER --others 3

FOLDER is that of `benchmarks.gal_gain.second_rounds`. Draws further pictures (`--each`) of every prompt that
was chosen and of the most undecided others, with the same recipes. Prints the entropy (Eq. G4) of each prompt
by these pictures alone, who chose it, and the mean of each rule. What is there is not drawn again.
"""

import argparse
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch

from benchmarks.gal_gain.second_rounds import ARMS, first_round
from benchmarks.speed.allocation import train
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.gal.recipes import LEVELS
from gal_studio.core.gal.uncertainty import entropy, overfit_rate
from gal_studio.core.intervals import wilson_interval
from gal_studio.core.types import Kind
from gal_studio.features.benchmark.verbs import measure_when
from gal_studio.rounds import planned
from gal_studio.state import Store
from gal_studio.studio import Studio

SEEN = 10  # the most pictures of a prompt that a rule may have seen


@dataclass(frozen=True)
class Known:
    """The entropy of a prompt by n pictures, in nats, with a 95 % interval."""

    value: float
    low: float
    high: float
    rate: float
    pictures: int

    @classmethod
    def of(cls, chances: list[float]) -> "Known":
        """By the chances of a copy of its pictures."""
        rate = overfit_rate(chances)
        low, high = wilson_interval(math.fsum(chances), len(chances))
        ends = entropy(low), entropy(high)
        most = math.log(2) if low <= 0.5 <= high else max(ends)
        return cls(entropy(rate), min(ends), most, rate, len(chances))


def chosen(kind: Kind, out: Path) -> dict[str, tuple[str, ...]]:
    """The prompts that each rule suggests, by its name."""
    found = dict[str, tuple[str, ...]]()
    for arm, (rule, gal) in ARMS.items():
        with Store(first_round(kind, rule, out)) as store:
            first = store.rounds.of_project(store.projects.all()[0].id)[0].id
            usual = store.rounds.settings(first)
            store.rounds.set_settings(first, usual.updated({"gal": gal}))
            made = Studio(store).proposal(first).suggestions
            store.rounds.set_settings(first, usual)
            found[arm] = tuple(one.anchor_id for one in made)
    return found


def draw_many(workspace: Path, wanted: frozenset[str], others: int, each: int) -> dict[str, Known]:
    """Draw `each` pictures that no rule saw of these prompts and of others; the entropy of each."""
    with Store(workspace) as store:
        studio = Studio(store)
        first = store.rounds.of_project(store.projects.all()[0].id)[0].id
        here = store.snapshots.round(first)
        undecided = sorted(here.scores, key=lambda one: one.entropy, reverse=True)
        more = [one.anchor.id for one in undecided if one.anchor.id not in wanted][:others]
        for anchor in here.project.anchors:
            studio.enable_anchor(anchor.id, anchor.id in wanted or anchor.id in more)
        changes = {"generation": {"allocation": "fixed", "candidates": SEEN + each}}
        studio.change_settings(here.project.project.id, changes)
        store.rounds.set_settings(first, store.rounds.settings(first).updated(changes))
        if planned.missing(store.snapshots.round(first)):
            measure_when(studio, here.project.project.id, "never")
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(studio.generate(first))
        drawn = store.candidates.of_round(first)
        unseen = {
            anchor: [one.chance for one in drawn if one.anchor_id == anchor and one.index >= SEEN]
            for anchor in (*wanted, *more)
        }
        return {anchor: Known.of(chances) for anchor, chances in unseen.items()}


def main() -> None:
    """Choose, draw, print a line for each prompt and rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0, help="of the training and its pictures; a folder each")
    parser.add_argument("--others", type=int, default=0, help="prompts that no rule chose")
    parser.add_argument("--each", type=int, default=100, help="pictures of each prompt that no rule saw")
    args = parser.parse_args()
    if args.each < LEVELS or args.each % LEVELS:
        parser.error(f"--each is {args.each}: choose a multiple of {LEVELS}, as many as there are recipes")
    torch.set_num_threads(1)
    train(args.kind, args.out / args.kind, args.seed)
    by_rule, workspace = chosen(args.kind, args.out), args.out / f"{args.kind}-many"
    if not workspace.exists():
        shutil.copytree(first_round(args.kind, "fixed", args.out), workspace)
    wanted = frozenset(anchor for rule in by_rule.values() for anchor in rule)
    known = draw_many(workspace, wanted, args.others, args.each)
    with Store(workspace) as store:
        names = {one.id: one.prompt for one in store.projects.anchors(store.projects.all()[0].id)}
    for anchor, found in sorted(known.items(), key=lambda one: -one[1].value):
        rules = ", ".join(rule for rule, ones in by_rule.items() if anchor in ones) or "none"
        print(
            f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f}), copies {found.rate:.2f} "
            f"of {found.pictures}: {names[anchor]}; chosen by {rules}"
        )
    for rule, ones in by_rule.items():
        print(f"{args.kind}, {rule}: {fmean(known[one].value for one in ones):.3f} nats")


if __name__ == "__main__":
    main()
