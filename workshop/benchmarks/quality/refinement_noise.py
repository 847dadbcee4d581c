"""At which noise the pairs of PatchDPO teach: one refinement, trained in several ways from the same pairs.

    python -m workshop.benchmarks.quality.references REFERENCES
    python -m workshop.benchmarks.quality.refinement_noise train REFERENCES/* --out FOLDER
    python -m workshop.benchmarks.quality.refinement_noise sheets --out FOLDER
    python -m workshop.benchmarks.quality.refinement_noise report --out FOLDER

For each folder with a project.toml, `train` trains and draws a first round and accepts what is suggested
to it (`workshop.benchmarks.quality.teachers`), makes the pairs of its refinement (Eq. P1) and refines it once
for each of ARMS, from these pairs, with the same seed and steps. They differ in the noise of the pairs alone;
what is mixed with them (Eq. G9) is as shipped. The first round and each arm draw the same held-out prompts
and seeds at full strength and by the first round's best schedule (Eq. G18), and the studio scores them. What
FOLDER has is not made again.

`sheets` and `report` are those of `workshop.benchmarks.quality.teachers`.
"""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.families.processes import as_rows
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.training import patchdpo
from gal_studio.engine.training.batches import Batch
from gal_studio.engine.training.latents import Latents
from gal_studio.engine.training.patchdpo import Kept, RefinePair, cache_pairs
from gal_studio.features.refine import job
from gal_studio.features.refine.engine import JudgedPair, weights_of_pair
from gal_studio.features.refine.verbs import make_pairs, refine
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.patches.patch_scorer import PatchScorer
from workshop.benchmarks.output import write
from workshop.benchmarks.quality.teachers import (
    FIRST,
    Bench,
    Trial,
    first_round,
    opened_detector,
    report,
    trial_parser,
    write_sheets,
)

PROMPTS = 12
FULL, BEST = "full", "best"
MIDDLE = 1.0  # noise as strong as the picture: half of the bundled model's times are below


@dataclass(frozen=True)
class Arm:
    """The noise of pairs: at least and at most which ratio to the picture, and what a time weighs.

    `focused`: patches weigh as in Eq. P7 where there is no noise and all the same in pure noise.
    """

    least: float = 0.0
    most: float | None = None
    low_noise_weighs_more: bool = False
    focused: bool = False


USUAL = "all noise"
ARMS: Mapping[str, Arm] = {
    USUAL: Arm(),
    "high noise": Arm(least=MIDDLE),
    "low noise": Arm(most=MIDDLE),
    "low noise weighs more": Arm(low_noise_weighs_more=True),
    "patches weigh as noise falls": Arm(focused=True),
}
TRIAL = Trial((FIRST, *ARMS), (FULL, BEST), USUAL)


class ArmPairs(patchdpo.Pairs):
    """Pairs with the noise of an arm; their weights are those of `with_uniform`."""

    arm = Arm()

    def __init__(
        self,
        model: ImageModel,
        pairs: Sequence[RefinePair],
        tune: TuneSettings,
        drop: float,
        latents: Latents | None = None,
    ) -> None:
        process = model.family.process()
        most = 1.0 if self.arm.most is None else process.share_of(self.arm.most)
        times = {"time_low": process.share_of(self.arm.least), "time_high": most}
        super().__init__(model, pairs, tune.updated(times), drop, latents)
        flat = [replace(pair, weights=pair.weights[2:]) for pair in pairs]
        self.uniform = cache_pairs(model, flat, tune, latents)

    def draw(self, count: int, generator: torch.Generator) -> tuple[Batch, torch.Tensor, Kept]:
        """Rows as they are, with the weights of the arm."""
        batch, drawn, kept = super().draw(count, generator)
        if self.arm.focused:
            index = torch.cat([drawn, drawn + self.count]).tolist()
            flat = self.uniform.crops(index, False, generator).spatial
            share = as_rows(self.process.share(batch.times), flat)
            batch = replace(batch, weights=share * flat + (1 - share) * batch.weights)
        if self.arm.low_noise_weighs_more:
            share = as_rows(2 * (1 - self.process.share(batch.times)), batch.weights)
            batch = replace(batch, weights=share * batch.weights)
        return batch, drawn, kept


def with_uniform(
    judged: JudgedPair, settings: RefineSettings, scorer: PatchScorer | None = None
) -> NDArray[np.float64]:
    """The weights of Eq. P7 for y and x, then those of its baseline, (4, h, w)."""
    flat = settings.updated({"uniform_weights": True})
    return np.concatenate([weights_of_pair(judged, each, scorer) for each in (settings, flat)])


@contextmanager
def noise_of(arm: Arm) -> Iterator[None]:
    """Refinements have the pairs' noise of an arm."""
    usual = patchdpo.Pairs, job.weights_of_pair
    ArmPairs.arm = arm
    patchdpo.Pairs, job.weights_of_pair = ArmPairs, with_uniform  # type: ignore[misc]
    try:
        yield
    finally:
        patchdpo.Pairs, job.weights_of_pair = usual  # type: ignore[misc]


def with_pairs(workspace: Path, share: float) -> None:
    """Make the pairs of the first round's refinement, with this share of the preset's steps."""
    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        first = store.rounds.of_project(project)[0].id
        steps = store.rounds.get(first).settings.refine.steps
        studio.change_settings(project, {"refine": {"steps": round(share * steps)}})
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish(make_pairs(studio, first))


def refined(workspace: Path, arm: Arm, adapter: Path) -> None:
    """Refine with the noise of an arm, and export the LoRA."""
    with Store(workspace) as store, noise_of(arm):
        studio = Studio(store)
        first = store.rounds.of_project(store.projects.all()[0].id)[0].id
        node = store.snapshots.node(first).children[-1].id
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish_what_was_left(node)
            if store.rounds.get(node).adapter is None:
                worker.finish(refine(studio, node))
        studio.export_adapter(node, adapter)


def copied(workspace: Path, home: Path) -> Path:
    """A copy of a workspace in another folder, made whole or not at all."""
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(workspace, part / "workspace")
        part.replace(home)
    return home / "workspace"


def run(folder: Path, out: Path, share: float) -> None:
    """Everything that is missing of a reference."""
    home = out / folder.name
    (home / "pictures").mkdir(parents=True, exist_ok=True)
    began, used = time.monotonic(), time.process_time()
    first_round(folder, home / "workspace")
    if not (home / "pairs").exists():
        part = copied(home / "workspace", home / "unpaired")
        with_pairs(part, share)
        part.parent.replace(home / "pairs")
    with Store(home / "workspace") as store:
        bench, detector = Bench(store, home, share, PROMPTS), None
        for name in TRIAL.arms:
            if (home / f"{name}.json").exists():
                continue
            detector = detector or opened_detector(bench.task)
            if name == FIRST:
                path = bench.lora(FIRST)
            else:
                path = home / f"{name}.safetensors"
                if not path.exists():
                    refined(copied(home / "pairs/workspace", home / name), ARMS[name], path)
            rows: list[dict[str, Any]] = []
            best = store.snapshots.round(bench.first.id).best_recipe
            for how, recipe in ((FULL, AS_TRAINED), (BEST, best)):
                with drawing(bench.model, path, recipe=recipe) as ready:
                    rows += bench.drawn(ready, f"{name}-{how}", how, detector)
            write(home / f"{name}.json", rows)
            print(f"{folder.name}, {name}: {time.process_time() - used:.0f} CPU s so far", flush=True)
    spent = time.monotonic() - began, time.process_time() - used
    print(f"{folder.name}: {spent[0]:.0f} s, {spent[1]:.0f} CPU s", flush=True)


def main() -> None:
    """Train what is missing, write pages, or print what is known."""
    args = trial_parser(__doc__).parse_args()
    torch.set_num_threads(1)
    if args.what == "train":
        for folder in args.folders:
            run(folder, args.out, args.steps)
    elif args.what == "sheets":
        write_sheets(args.out, TRIAL)
    else:
        print("\n".join(report(args.out, TRIAL)))


if __name__ == "__main__":
    main()
