"""Who teaches what: one later round, trained in several ways from the same accepted pictures.

    python -m workshop.benchmarks.quality.references REFERENCES
    python -m workshop.benchmarks.quality.teachers train REFERENCES/* --out FOLDER
    python -m workshop.benchmarks.quality.teachers sheets --out FOLDER
    python -m workshop.benchmarks.quality.teachers report --out FOLDER

For each folder with a project.toml, `train` trains and draws a first round and accepts what is suggested to
it (of a round without suggestions the three prompts' pictures of largest u). The next round is then trained
once for each arm, from these pictures, with the same seed; the settings of the arms are in ARMS. Each arm,
and the first round, draws PROMPTS held-out prompts from the same seeds down a short ladder of strengths, and
the studio scores all pictures by the first round's detector (Eq. G14, G16 to G18). What FOLDER has is not
made again.

`sheets` writes pages of numbered pictures in random order, without arms; a rater writes `count-NAME.json`
beside RULES.md. `report` prints u and, where pages are rated, what raters said; and writes labels.csv.
"""

import argparse
import csv
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from gal_studio.assets import load_held_out
from gal_studio.commands.run import read_project_file
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import generator, named_seed
from gal_studio.core.types import Job, TrainingExample
from gal_studio.engine.families.processes import as_rows
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training import fine_tune as training
from gal_studio.engine.training.batches import Batches, ExampleSource
from gal_studio.features.benchmark.verbs import measure_when
from gal_studio.research.rating.labels import read_count
from gal_studio.research.rating.questions import QUESTIONS, RULES, success
from gal_studio.research.rating.sheets import page_of
from gal_studio.rounds import planned
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.task import Task, open_round
from gal_studio.worker.training.training_run import training_pictures
from workshop.benchmarks.output import read, write
from workshop.benchmarks.quality.refinement_gain import interval

PROMPTS = 6
STRENGTHS = (1.0, 0.7)
ASK = 3
ON_A_PAGE = 48


@dataclass(frozen=True)
class Arm:
    """How the later round is trained: settings that differ from the preset's, and what the references' rows
    weigh at high noise (where accepted pictures teach).
    """

    tune: Mapping[str, Any] = field(default_factory=dict)
    references: float = 1.0


FIRST, TODAY = "first round", "accepted from 3"
ARMS: Mapping[str, Arm] = {
    TODAY: Arm({"accepted_noise": 3.0}),
    "accepted at all noise": Arm({"accepted_noise": 0.0}),
    "accepted from 1": Arm({"accepted_noise": 1.0}),
    "accepted from 8": Arm({"accepted_noise": 8.0}),
    "references a quarter at high noise": Arm({"accepted_noise": 3.0}, references=0.25),
}
"""What they do not name is as the preset has it."""


class QuietReferences(ExampleSource):
    """Rows of references weigh `share` where the noise is as high as accepted pictures have it."""

    share = 1.0

    def next_batches(self, chance: torch.Generator) -> Batches:
        """The rows of a training without accepted pictures are left as they are."""
        batches = super().next_batches(chance)
        if not self.accepted:
            return batches
        own = {id(self.examples.texts[place]) for place in self.kinds[0]}
        weighted = []
        for batch in batches:
            high = self.process.share(batch.times) >= self.lowest_accepted
            quiet = high & torch.tensor([id(text) in own for text in batch.texts])
            factors = torch.where(quiet, self.share, 1.0)
            weighted.append(replace(batch, weights=as_rows(factors, batch.weights) * batch.weights))
        return tuple(weighted)


def first_round(folder: Path, workspace: Path) -> None:
    """The project of a folder, with its first round drawn and pictures accepted."""
    with Store(workspace) as store:
        studio = Studio(store)
        if not store.projects.all():
            project = studio.create_project(read_project_file(folder / "project.toml").draft)
            measure_when(studio, project, "never")
        project = store.projects.all()[0].id
        first, *later = store.rounds.of_project(project)
        if later:
            return
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish_what_was_left(first.id)
            if first.adapter is None:
                worker.finish(studio.fine_tune(first.id))
            if planned.missing(store.snapshots.round(first.id)):
                worker.finish(studio.generate(first.id))
        studio.decide(accepted(studio, first.id), "accepted", "policy")
        studio.next_round(first.id)


def accepted(studio: Studio, round_id: str) -> list[str]:
    """What is suggested, or else the best picture of each of the three best prompts."""
    chosen = [each.candidate_id for each in studio.proposal(round_id, "uncertainty").suggestions]
    if chosen:
        return chosen
    best: dict[str, Candidate] = {}
    for one in studio.store.snapshots.round(round_id).candidates:
        if one.anchor_id not in best or one.utility > best[one.anchor_id].utility:
            best[one.anchor_id] = one
    return [one.id for one in sorted(best.values(), key=lambda one: -one.utility)[:ASK]]


class Bench:
    """A reference's project with its models; it draws this many held-out prompts, each with so many seeds."""

    def __init__(
        self, store: Store, home: Path, share: float, prompts: int = PROMPTS, seeds: int = 1
    ) -> None:
        self.store, self.home, self.share, self.prompts, self.seeds = store, home, share, prompts, seeds
        project = store.projects.all()[0]
        self.first, self.second = store.rounds.of_project(project.id)[:2]
        self.models = Models()
        known = open_round(store, self.models, self.first.id)
        job = Job("", project.id, self.first.id, "measure", "running", "", 0, 0, "", 0.0, None, None)
        self.task = Task(**vars(known), job=job)
        self.model = self.models.image_model(project.base_model, known.settings.machine)

    def examples(self) -> Sequence[TrainingExample]:
        return inputs_of(self.store, self.second.id).examples

    def train(self, name: str) -> Path:
        """The LoRA of an arm."""
        path = self.home / f"{name}.safetensors"
        if path.exists():
            return path
        arm = ARMS[name]
        usual_tune = self.store.rounds.get(self.second.id).settings.tune
        pictures = training_pictures(self.store, self.examples(), usual_tune)
        tune = usual_tune.updated({"steps": round(self.share * usual_tune.steps), **arm.tune})
        usual = training.ExampleSource
        QuietReferences.share = arm.references
        training.ExampleSource = QuietReferences if arm.references < 1.0 else usual  # type: ignore[misc]
        began = time.process_time()
        try:
            for _ in training.fine_tune(self.model, pictures, [], tune, seed=self.second.number):
                pass
        finally:
            training.ExampleSource = usual  # type: ignore[misc]
        written = save_adapter(self.model, path.with_suffix(".part"), AdapterCard("", "pocket", 2, 0))
        detach(self.model)
        print(f"{self.home.name}, {name}: {time.process_time() - began:.0f} CPU s of training", flush=True)
        return written.replace(path)

    def draw(self, name: str, detector: CopyDetector | None) -> list[dict[str, Any]]:
        """The pictures of an arm, and what the studio says of each."""
        path, rows = self.lora(name), []
        for strength in STRENGTHS:
            with drawing(self.model, path, recipe=Recipe.constant(strength)) as ready:
                rows += self.drawn(ready, f"{name}-{strength:g}", strength, detector)
        return rows

    def drawn(
        self, ready: ImageModel, stem: str, strength: float | str, detector: CopyDetector | None
    ) -> list[dict[str, Any]]:
        """Draw the held-out prompts to files that begin with `stem`, and say what the studio says of each."""
        requests = self.requests()
        events = draw(ready, requests, self.task.settings.generation)
        drawn = [each for one in events if isinstance(one, DrawnBatch) for each in one.images]
        scored = score_images(self.task, drawn, [one.prompt for one in requests], detector)
        rows = []
        for number, (request, picture) in enumerate(zip(requests, drawn, strict=True)):
            image = f"{stem}-{number}.png"
            picture.save(self.home / "pictures" / image)
            known = self.judged(scored.scores[number])
            rows.append(
                {"image": image, "prompt": request.prompt, "seed": request.seed, "strength": strength,
                 "copy": known.chance, "asked": known.asked, "alike": known.kept, "u": known.utility}
            )  # fmt: skip
        return rows

    def judged(self, scores: Mapping[str, float]) -> Candidate:
        """A picture as the first round's candidates are judged."""
        here = self.store.snapshots.round(self.first.id)
        names = ("similarity_anchor", "similarity_reference")
        more = {name: score for name, score in scores.items() if name not in names}
        own, other = (scores[name] for name in names)
        found = Candidate("", "", 0, 0, "", own, other, more_scores=more)
        return replace(found, full=here.full)

    def lora(self, name: str) -> Path:
        if name != FIRST:
            return self.train(name)
        path = self.home / f"{FIRST}.safetensors"
        if not path.exists():
            Studio(self.store).export_adapter(self.first.id, path)
        return path

    def requests(self) -> list[DrawRequest]:
        """Held-out prompts, each with seeds of its own, the same for all arms; the first of each first."""
        known = {anchor.prompt for anchor in self.store.projects.anchors(self.task.project.id)}
        prompts = self.task.prompts.expand(load_held_out(self.task.project.kind))
        wanted = [each for each in prompts if each not in known][: self.prompts]
        return [
            DrawRequest(each, named_seed(self.task.project.seed, "teachers", each, number))
            for number in range(self.seeds)
            for each in wanted
        ]


def run(folder: Path, out: Path, share: float) -> None:
    """Everything that is missing of a reference."""
    home = out / folder.name
    (home / "pictures").mkdir(parents=True, exist_ok=True)
    began, used = time.monotonic(), time.process_time()
    first_round(folder, home / "workspace")
    with Store(home / "workspace") as store:
        bench, detector = Bench(store, home, share), None
        for name in (FIRST, *ARMS):
            kept = home / f"{name}.json"
            if kept.exists():
                continue
            if detector is None:
                detector = opened_detector(bench.task)
            write(kept, bench.draw(name, detector))
    spent = time.monotonic() - began, time.process_time() - used
    print(f"{folder.name}: {spent[0]:.0f} s, {spent[1]:.0f} CPU s", flush=True)


def opened_detector(task: Task) -> CopyDetector | None:
    """The detector of a round."""
    steps = open_detector(task)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: CopyDetector | None = end.value
            return found


Cell = tuple[str, Mapping[str, Any]]  # reference, what `Bench.draw` says of a picture and its arm


@dataclass(frozen=True)
class Trial:
    """The arms of a trial, in the order of its tables, how each is drawn, and the arm that others are
    compared with.
    """

    arms: Sequence[str]
    strengths: Sequence[float | str]
    usual: str

    def told(self, home: Path) -> list[dict[str, Any]]:
        """What `Bench.drawn` says of all pictures of a reference, with their arms."""
        return [{**row, "arm": name} for name in self.arms for row in read(home / f"{name}.json")]

    def is_done(self, home: Path) -> bool:
        """Whether a folder is a reference with all arms."""
        return all((home / f"{name}.json").exists() for name in self.arms)


SECOND = Trial((FIRST, *ARMS), STRENGTHS, TODAY)


def cells(out: Path, trial: Trial) -> dict[str, list[Cell]]:
    """The pictures of each page, in the random order in which it shows them."""
    pages: dict[str, list[Cell]] = {}
    for home in sorted(path for path in out.iterdir() if trial.is_done(path)):
        own = [(home.name, row) for row in trial.told(home)]
        mixed = [own[place] for place in generator(0, home.name).permutation(len(own))]
        for number, first in enumerate(range(0, len(mixed), ON_A_PAGE), start=1):
            pages[f"{home.name}-{number}"] = mixed[first : first + ON_A_PAGE]
    return pages


def write_sheets(out: Path, trial: Trial) -> None:
    """Write the pages that are missing."""
    (out / "pages").mkdir(exist_ok=True)
    for name, shown in cells(out, trial).items():
        if (out / "pages" / f"{name}.png").exists():
            continue
        home = out / shown[0][0]
        with Store(home / "workspace") as store:
            given = store.projects.references(store.projects.all()[0].id)
            references = [store.images.picture(each.image) for each in given]
        tiles = [
            (row["arm"], row["prompt"], Image.open(home / "pictures" / row["image"])) for _, row in shown
        ]
        page_of(references, tiles).save(out / "pages" / f"{name}.png")
    (out / "pages" / "RULES.md").write_text(RULES, encoding="utf-8")


def report(out: Path, trial: Trial) -> Iterator[str]:
    """What the studio and raters say of each arm and strength, and paired differences to the usual arm.

    Intervals are of 95 % over the references. A page counts once every rater has rated it.
    """
    pages = cells(out, trial)
    counts = [read_count(path) for path in sorted((out / "pages").glob("count-*.json"))]
    said: dict[tuple[str, float | str], dict[str, list[list[float]]]] = {}
    table = []
    for page, shown in pages.items():
        is_rated = bool(counts) and all(page in count for count in counts)
        for number, (reference, row) in enumerate(shown, start=1):
            answers = [count[page][str(number)] for count in counts] if is_rated else []
            seen = [np.nan] * 4
            if answers:
                rated = np.array(answers)
                copy, asked, like = (rated > 0).mean(axis=0)
                seen = [1 - copy, asked, like, success(rated).mean()]
                flat = [int(each) for one in answers for each in one]
                table.append([reference, row["arm"], row["strength"], row["prompt"], row["seed"], *flat])
            by = said.setdefault((row["arm"], row["strength"]), {})
            by.setdefault(reference, []).append([row["u"], *seen])
    order = [each for each in product(trial.arms, trial.strengths) if each in said]
    means = {where: {name: np.mean(rows, axis=0) for name, rows in said[where].items()} for where in order}
    yield "arm | strength | u | raters: no copy, as asked, alike, all three"
    for (name, strength), of_each in means.items():
        rated = [row[1:] for row in of_each.values() if not np.isnan(row).any()]
        seen = np.mean(rated, axis=0) if rated else np.full(4, np.nan)
        level = np.mean([row[0] for row in of_each.values()])
        yield f"{name} | {strength} | {level:.2f} | {', '.join(f'{each:.2f}' for each in seen)}"
    for place, what in ((0, "u"), (4, "all three")):
        for (name, strength), of_each in means.items():
            usual = means.get((trial.usual, strength), {})
            if not usual:
                continue
            apart = [of_each[one][place] - usual[one][place] for one in of_each]
            apart = [each for each in apart if not np.isnan(each)]
            if name != trial.usual and len(apart) > 1:
                mean, low, high = interval(apart)
                yield f"{what}, {name} - {trial.usual}, at {strength}: {mean:+.2f} [{low:+.2f}, {high:+.2f}]"
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        names = [f"{word}_{rater}" for rater in range(1, len(counts) + 1) for word in QUESTIONS]
        rows = [["reference", "arm", "strength", "prompt", "seed", *names], *sorted(table)]
        csv.writer(file, lineterminator="\n").writerows(rows)


def trial_parser(description: str | None) -> argparse.ArgumentParser:
    """What the command line of a trial takes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("train", "sheets", "report"))
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=float, default=1.0, help="share of the preset's training steps")
    return parser


def main() -> None:
    """Train what is missing, write pages, or print what is known."""
    parser = trial_parser(__doc__)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == "train":
        for folder in args.folders:
            run(folder, args.out, args.steps)
    elif args.what == "sheets":
        write_sheets(args.out, SECOND)
    else:
        print("\n".join(report(args.out, SECOND)))


if __name__ == "__main__":
    main()
