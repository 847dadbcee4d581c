"""How few denoising steps draw the same: other lists of sigmas beside ten steps in the model's own spacing.

    python -m workshop.benchmarks.quality.steps WORKSPACE ... --out FOLDER [--ways NAME ...] [--prompts 6]

WORKSPACE holds a project of the bundled model whose first round is drawn; it is copied. The same prompts and
seeds are drawn with the base model, and with the round's LoRA at strengths 1, 0.7, 0.4 and at two switches,
in each way in turn. A line for each way: forwards and processor seconds an image at one thread, the match
with the prompt (CLIP-T), the likeness to the image of the first way (CLIP-I, base and LoRA), and copies by
the studio's detector with their agreement (kappa) with the first way's. FOLDER gets a sheet for each
workspace: for each strength or switch a row of each way.
"""

import argparse
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gal_studio.core.gal.agreement import cohen_kappa
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.state import Store
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.task import Task, open_task

SIX = (80.0, 12.7, 6.0, 2.6, 1.0, 0.35)
WAYS: Mapping[str, Mapping[str, Any]] = {
    "ten": {"steps": 10, "sigmas": ()},
    "six": {"steps": 6, "sigmas": SIX},
    "five": {"steps": 5, "sigmas": (80.0, 6.0, 2.6, 1.0, 0.35)},
    "five of six": {"steps": 5, "sigmas": SIX},
    "eight of six": {"steps": 8, "sigmas": SIX},
    "eight": {"steps": 8, "sigmas": ()},
    "six in its own spacing": {"steps": 6, "sigmas": ()},
    "ten, other seeds": {"steps": 10, "sigmas": ()},
}
USUAL = ("ten", "six", "ten, other seeds")
BASE = "no LoRA"
RECIPES: Mapping[str, Recipe] = {
    "1": AS_TRAINED,
    "0.7": Recipe.constant(0.7),
    "0.4": Recipe.constant(0.4),
    "0.4, 1 from 0.3": Recipe(0.4, 1.0, 0.3),
    "0.4, 1 from 0.7": Recipe(0.4, 1.0, 0.7),
}
SIDE, TEXT = 128, 16
OTHER = 1000  # added to seeds
PROMPTS, SEEDS = 8, 2
FIRST = 20  # the number of the first seed: no candidate of a round has it


@dataclass(frozen=True)
class Bench:
    """A round's model and LoRA, and what is drawn with them."""

    task: Task
    model: ImageModel
    adapter: Path
    requests: list[DrawRequest]


@dataclass
class Drawn:
    """What one way drew of a workspace: images by strength, in the order of the prompts, and the cost."""

    images: dict[str, list[Image.Image]] = field(default_factory=dict)
    forwards: int = 0
    seconds: float = 0.0

    @property
    def number(self) -> int:
        """How many images there are."""
        return sum(map(len, self.images.values()))


@dataclass(frozen=True)
class Judged:
    """The images of one way: features (n, d) and CLIP-T by strength, and those that are copies."""

    features: Mapping[str, NDArray[np.float64]]
    matches: Sequence[float]
    copies: frozenset[str]


def opened(store: Store) -> Bench:
    """The first round of the first project of a workspace."""
    project = store.projects.all()[0]
    round_ = store.rounds.of_project(project.id)[0]
    job = next(job for job in store.jobs.of_project(project.id) if job.round_id == round_.id)
    task = open_task(store, Models(), job)
    anchors = [each for each in store.projects.anchors(project.id) if each.enabled][:PROMPTS]
    requests = [
        DrawRequest(anchor.prompt, candidate_seed(project.seed, anchor.prompt, FIRST + turn))
        for anchor in anchors
        for turn in range(SEEDS)
    ]
    model = task.models.image_model(project.base_model, task.settings.machine)
    return Bench(task, model, store.adapters.path(round_.adapter or ""), requests)


def judged(bench: Bench, drawn: Mapping[str, Sequence[Image.Image]]) -> list[Candidate]:
    """The pictures of all recipes, scored as candidates are."""
    calling, detector = open_detector(bench.task), None
    while True:
        try:
            next(calling)
        except StopIteration as end:
            detector = end.value
            break
    found = []
    prompts = [each.prompt for each in bench.requests]
    for name in (name for name in drawn if name in RECIPES):
        scores = score_images(bench.task, drawn[name], prompts, detector).scores
        for place, (request, score) in enumerate(zip(bench.requests, scores, strict=True)):
            own, reference = score.pop("similarity_anchor"), score.pop("similarity_reference")
            found.append(
                Candidate(
                    f"{name} {place}", request.prompt, place, request.seed, "", own, reference,
                    more_scores=score, recipe=RECIPES[name],
                )
            )  # fmt: skip
    return found


def add(bench: Bench, settings: GenerationSettings, name: str, drawn: Drawn) -> None:
    """Draw all requests at one strength."""
    adapter = None if name == BASE else bench.adapter
    recipe = RECIPES.get(name, AS_TRAINED)
    with drawing(bench.model, adapter, recipe=recipe) as ready:
        started = time.process_time()
        batches = [one for one in draw(ready, bench.requests, settings) if isinstance(one, DrawnBatch)]
        drawn.seconds += time.process_time() - started
    drawn.forwards += sum(batch.forwards for batch in batches)
    drawn.images[name] = [image for batch in batches for image in batch.images]


def look(bench: Bench, drawn: Drawn) -> Judged:
    """Embed and score the images of one way."""
    clip, prompts = bench.task.project.clip_model, [one.prompt for one in bench.requests]
    texts = bench.task.models.texts(clip, prompts)
    features = {
        name: bench.task.models.embedder(clip).images(images) for name, images in drawn.images.items()
    }
    seen = judged(bench, drawn.images)
    return Judged(
        features,
        [float(match) for found in features.values() for match in (found * texts).sum(axis=1)],
        frozenset(one.id for one in seen if one.overfit),
    )


def told(name: str, ways: Sequence[Drawn], here: Sequence[Judged], before: Sequence[Judged]) -> str:
    """One line of the table, over all workspaces."""

    def likeness(of: Sequence[str]) -> float:
        pairs = zip(here, before, strict=True)
        return fmean(
            float(value)
            for one, other in pairs
            for strength in of
            for value in (one.features[strength] * other.features[strength]).sum(axis=1)
        )

    number = sum(one.number for one in ways)
    copies = [
        {f"{place} {one}" for place, each in enumerate(of) for one in each.copies} for of in (here, before)
    ]
    of_loras = number * len(RECIPES) // (len(RECIPES) + 1)
    kappa = cohen_kappa(of_loras, *copies)
    return (
        f"{name}: {sum(one.forwards for one in ways) / number:.1f} forwards, "
        f"{sum(one.seconds for one in ways) / number:.3f} CPU s an image, "
        f"CLIP-T {fmean(match for one in here for match in one.matches):.3f}, CLIP-I base "
        f"{likeness([BASE]):.3f}, LoRA {likeness([*RECIPES]):.3f}, copies {len(copies[0])} of {of_loras}, "
        f"kappa {1.0 if kappa is None else kappa:.2f}"
    )


def sheet(bench: Bench, ways: Mapping[str, Drawn], path: Path) -> None:
    """For each strength a row of each way, a column for each prompt."""
    labels = [(strength, way) for strength in (BASE, *RECIPES) for way in ways]
    page = Image.new("RGB", (SIDE * len(bench.requests), (SIDE + TEXT) * len(labels)), "white")
    for row, (strength, way) in enumerate(labels):
        top = row * (SIDE + TEXT)
        ImageDraw.Draw(page).text((2, top + 2), f"{strength}: {way}", fill="black")
        for column, image in enumerate(ways[way].images[strength]):
            page.paste(image.convert("RGB").resize((SIDE, SIDE)), (column * SIDE, top + TEXT))
    page.save(path)


def main() -> None:
    """Draw in each way in turn, print one line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ways", nargs="*", choices=tuple(WAYS), default=USUAL)
    parser.add_argument("--prompts", type=int, default=6)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, list[Drawn]] = {way: [] for way in args.ways}
    seen: dict[str, list[Judged]] = {way: [] for way in args.ways}
    for place, given in enumerate(args.workspaces):
        copied = args.out / f"workspace-{place}"
        if not copied.exists():
            shutil.copytree(given, copied)
        with Store(copied) as store:
            bench = opened(store)
            step = max(1, len(bench.requests) // args.prompts)
            bench = replace(bench, requests=bench.requests[::step][: args.prompts])
            other = [replace(one, seed=one.seed + OTHER) for one in bench.requests]
            settings = bench.task.settings.generation.updated({"batch_size": len(bench.requests)})
            found = {way: Drawn() for way in args.ways}
            for strength in (BASE, *RECIPES):
                for way in args.ways:  # in turns, so that a busy hour slows all of them
                    of = replace(bench, requests=other) if way == "ten, other seeds" else bench
                    add(of, replace(settings, **WAYS[way]), strength, found[way])
            for way, one in found.items():
                drawn[way].append(one)
                seen[way].append(look(bench, one))
            sheet(bench, found, args.out / f"sheet-{place}.png")
    for way in args.ways:
        print(told(way, drawn[way], seen[way], seen[args.ways[0]]), flush=True)


if __name__ == "__main__":
    main()
