"""Whether a second round keeps the look: taught by the first round (Eq. G24), against its simplest rivals.

    python -m workshop.benchmarks.quality.references REFERENCES
    python -m workshop.benchmarks.quality.looks train REFERENCES/* --out FOLDER
    python -m workshop.benchmarks.quality.looks sheets --out FOLDER
    python -m workshop.benchmarks.quality.looks report --out FOLDER

For each folder with a project.toml, `train` trains and draws a first round and accepts what is suggested to
it (`workshop.benchmarks.quality.teachers`). The second round is then trained once for each of ARMS, from
these pictures, with the same seed and as many steps. All draw the same held-out prompts, each from SEEDS
seeds, at full strength; the first round by its best schedule. `--only` names the arms to make; what FOLDER
has is not made again.

`sheets` writes pages of numbered pictures in random order, without arms. Raters write `count-NAME.json`:
{page: {number: [copy, prompt, look]}}, with 0 or 1, and the look as 0 (none), 1 (part) or 2 (whole). `report`
prints the shares of right and whole looks, paired differences, kappas, and writes labels.csv.
"""

import csv
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gal_studio.core.denoising import Denoising
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.engine.models.adapters import AdapterCard, detach, read_adapter, replace_weight, save_adapter
from gal_studio.engine.models.factors import read_factors
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.teacher import Teacher
from gal_studio.engine.training.trainer import Run
from gal_studio.rounds.teacher import clean_and_whole
from gal_studio.state import Store
from gal_studio.worker.training.training_run import training_pictures
from workshop.benchmarks.output import write
from workshop.benchmarks.quality.refinement_gain import interval
from workshop.benchmarks.quality.teachers import (
    FIRST,
    Bench,
    Trial,
    cells,
    first_round,
    opened_detector,
    trial_parser,
    write_sheets,
)

PROMPTS, SEEDS = 12, 2
TODAY, BY_SCHEDULE, IN_FULL = "today", "taught by the schedule", "taught in full"
HANDED_OVER, CONTROL = "first round from noise 3 down", "nothing accepted"
ARMS = (FIRST, TODAY, BY_SCHEDULE, HANDED_OVER, IN_FULL, CONTROL)
SHARE, LIMIT = 0.5, 3.0
RULES = """At the top of a page stands the reference. Every numbered picture was asked for with the prompt
below it; "in ... style" is the style of the reference. The pictures are small, of a tiny model: judge
generously what is drawn, not how finely. Write of each number three answers, by eye alone:
- copy: 1 if it shows the reference's own subject, or recognizable parts of it, where another was asked for
- prompt: 1 if the thing that was asked for can be recognized
- look: how much of the reference's way of drawing it has (lines, texture, colors, ground): 0 none or hardly,
  1 part, 2 whole
"""


class Looks(Bench):
    """A reference's project, whose second round is trained in several ways."""

    def best(self) -> Recipe:
        """The first round's best schedule."""
        return self.store.snapshots.round(self.first.id).best_recipe

    def teacher(self, name: str) -> Teacher | None:
        """The teacher of an arm; None where the first round has nothing to teach."""
        first = self.store.snapshots.round(self.first.id)
        recipe = {BY_SCHEDULE: clean_and_whole(first), IN_FULL: AS_TRAINED}.get(name)
        steps = first.settings.generation.denoising
        return Teacher(self.lora(FIRST), recipe, steps) if recipe else None

    def train(self, name: str) -> Path:
        path = self.home / f"{name}.safetensors"
        if path.exists():
            return path
        tune = self.store.rounds.get(self.second.id).settings.tune
        tune = tune.updated({"accepted_noise": LIMIT, "taught_share": SHARE})
        pictures = training_pictures(self.store, self.examples(), tune)
        if name == CONTROL:
            tune = tune.updated({"steps": plan_draws(tune, True, True).steps})
            pictures = tuple(one for one in pictures if one.is_reference)
        began = time.process_time()
        for _ in fine_tune(
            self.model, pictures, [], tune, self.second.number, Run(teacher=self.teacher(name))
        ):
            pass
        written = save_adapter(self.model, path.with_suffix(".part"), AdapterCard("", "pocket", 2, 0))
        detach(self.model)
        print(f"{self.home.name}, {name}: {time.process_time() - began:.0f} CPU s of training", flush=True)
        return written.replace(path)

    @contextmanager
    def ready(self, name: str) -> Iterator[ImageModel]:
        """The model as an arm draws."""
        steps = self.task.settings.generation.denoising
        if name == HANDED_OVER:
            with handed_over(self.model, self.lora(TODAY), self.lora(FIRST), steps) as model:
                yield model
            return
        recipe = self.best() if name == FIRST else AS_TRAINED
        with drawing(self.model, self.lora(name), recipe=recipe) as model:
            yield model


@contextmanager
def handed_over(model: ImageModel, content: Path, look: Path, steps: Denoising) -> Iterator[ImageModel]:
    """Steps that begin above the limit with the LoRA `content`, the others with the LoRA `look`."""
    first_late = sum(sigma >= LIMIT for sigma in steps.sigmas)
    with drawing(model) as ready:
        fused = [
            {
                f"{name}.weight": ready.denoiser.get_parameter(f"{name}.weight").data.float() + factors.change
                for name, factors in read_factors(read_adapter(path)[0], model.family.part).items()
            }
            for path in (content, look)
        ]

        def before(step: int, _: Denoising) -> None:
            if step in (0, first_late):
                for name, tensor in fused[int(step >= first_late)].items():
                    weight = ready.denoiser.get_parameter(name)
                    weight.data = tensor.to(weight.dtype)

        for name in fused[0]:
            replace_weight(ready, name, ready.denoiser.get_parameter(name).data)
        ready.before_step = before
        yield ready


def run(folder: Path, out: Path, share: float, arms: tuple[str, ...]) -> None:
    """Everything that is missing of a reference."""
    home = out / folder.name
    (home / "pictures").mkdir(parents=True, exist_ok=True)
    began, used = time.monotonic(), time.process_time()
    first_round(folder, home / "workspace")
    with Store(home / "workspace") as store:
        bench, detector = Looks(store, home, share, PROMPTS, SEEDS), None
        print(f"{folder.name}: the first round's best is {bench.best().brief}", flush=True)
        for name in arms:
            if (home / f"{name}.json").exists():
                continue
            if name == BY_SCHEDULE and bench.teacher(name) is None:
                print(f"{folder.name}: nothing to teach", flush=True)
                continue
            if name != HANDED_OVER:
                bench.lora(name)
            detector = detector or opened_detector(bench.task)
            with bench.ready(name) as ready:
                write(home / f"{name}.json", bench.drawn(ready, name, 1, detector))
    spent = time.monotonic() - began, time.process_time() - used
    print(f"{folder.name}: {spent[0]:.0f} s, {spent[1]:.0f} CPU s", flush=True)


def kappa(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """Cohen's kappa of two raters' answers."""
    kinds = np.union1d(one, other)
    chance = sum(float((one == kind).mean() * (other == kind).mean()) for kind in kinds)
    return float(((one == other).mean() - chance) / (1 - chance)) if chance < 1 else 1.0


def report(out: Path, trial: Trial) -> Iterator[str]:
    """What raters say of each arm; intervals are of 95 % over the references."""
    files = sorted((out / "pages").glob("count-*.json"))
    counts = [json.loads(path.read_text()) for path in files]
    table: list[list[Any]] = []
    for page, shown in cells(out, trial).items():
        for number, (reference, row) in enumerate(shown, start=1):
            answers = [count[page][str(number)] for count in counts]
            studio = [round(row[name], 4) for name in ("copy", "asked", "alike", "u")]
            own = [reference, page, number, row["arm"], row["prompt"], row["seed"], *studio]
            table.append(own + [each for answer in answers for each in answer])
    if not counts:
        yield "no page is rated"
        return
    said = np.array([row[10:] for row in table], dtype=int).reshape(len(table), len(counts), 3)
    right = (said[..., 0] == 0) & (said[..., 1] == 1)
    kinds = {"right": right & (said[..., 2] >= 1), "whole look": right & (said[..., 2] == 2)}
    singles = {"copies": said[..., 0] == 1, "prompt": said[..., 1] == 1, "look": said[..., 2] / 2}
    values = {name: found.mean(axis=1) for name, found in (kinds | singles).items()}
    names, arms = np.array([row[0] for row in table]), np.array([row[3] for row in table])
    references = sorted(set(names))
    yield f"reference | arm | {' | '.join(values)} | u"
    for reference in references:
        for arm in trial.arms:
            rows = (names == reference) & (arms == arm)
            if rows.any():
                level = np.mean([row[9] for row, here in zip(table, rows, strict=True) if here])
                means = " | ".join(f"{value[rows].mean():.2f}" for value in values.values())
                yield f"{reference} | {arm} | {means} | {level:.2f}"
    for what in kinds:
        of = {
            (reference, arm): values[what][(names == reference) & (arms == arm)].mean()
            for reference in references
            for arm in trial.arms
            if ((names == reference) & (arms == arm)).any()
        }
        for usual in (trial.usual, FIRST):
            for arm in trial.arms:
                apart = [
                    of[one, arm] - of[one, usual]
                    for one in references
                    if (one, arm) in of and (one, usual) in of
                ]
                if arm != usual and len(apart) > 1:
                    mean, low, high = interval(apart)
                    yield f"{what}, {arm} - {usual}: {mean:+.2f} [{low:+.2f}, {high:+.2f}], {len(apart)}"
    if len(counts) == 2:
        agreed = [kappa(said[:, 0, place], said[:, 1, place]) for place in range(3)]
        yield f"kappa: copy {agreed[0]:.2f}, prompt {agreed[1]:.2f}, look {agreed[2]:.2f}"
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        head = ["reference", "page", "number", "arm", "prompt", "seed", "copy_risk", "prompt_match"]
        head += ["style_match", "u"]
        head += [f"{word}_{n}" for n in range(1, len(counts) + 1) for word in ("copy", "asked", "look")]
        raters = [path.stem.removeprefix("count-") for path in files]
        head += [f"rater_{n}" for n in range(1, len(raters) + 1)]
        csv.writer(file, lineterminator="\n").writerows([head, *([*row, *raters] for row in table)])


class Partial(Trial):
    """A trial whose references need not have all arms."""

    def told(self, home: Path) -> list[dict[str, Any]]:
        known = [name for name in self.arms if (home / f"{name}.json").exists()]
        return Trial(known, self.strengths, self.usual).told(home)

    def is_done(self, home: Path) -> bool:
        return (home / f"{TODAY}.json").exists()


def main() -> None:
    """Train what is missing, write pages, or print what is known."""
    parser = trial_parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=ARMS, default=ARMS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    trial = Partial(ARMS, (1,), TODAY)
    if args.what == "train":
        for folder in args.folders:
            run(folder, args.out, args.steps, tuple(args.only))
    elif args.what == "sheets":
        write_sheets(args.out, trial)
        (args.out / "pages" / "RULES.md").write_text(RULES, encoding="utf-8")
    else:
        print("\n".join(report(args.out, trial)))


if __name__ == "__main__":
    main()
