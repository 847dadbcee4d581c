"""Whether a first round of fewer steps at a larger rate learns the same: CPU time, figures and sheets.

    python -m benchmarks.quality.shorter_trainings FOLDER/* --out FOLDER [--ways NAME ...]

Each folder has a project.toml. Its first round is trained by the studio once in each way, which multiplies
the preset's steps and learning rate, and once more as the preset is with another seed, which is the noise of
training. Every LoRA draws the same held-out prompts and seeds at three strengths. A line for each reference
and way: CPU seconds of training; and at each strength the match with the prompts (CLIP-T), the likeness to
the references (CLIP-I) and the mean copy risk (Eq. G16). FOLDER gets a sheet for each reference: a row for
each way and strength. What it has is not made again.
"""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import torch
from PIL import Image, ImageDraw

from benchmarks.quality.teachers import opened_detector
from gal_studio.assets import load_held_out
from gal_studio.commands.run import read_project_file
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import Recipe
from gal_studio.core.seeds import named_seed
from gal_studio.core.types import CHANCE, Job
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.features.benchmark.verbs import measure_when
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.jobs.generate import score_images
from gal_studio.worker.models import Models
from gal_studio.worker.task import Task, open_round

PROMPTS, SIDE, TEXT = 8, 128, 16
STRENGTHS = (1.0, 0.7, 0.4)


@dataclass(frozen=True)
class Way:
    """How a first round is trained, beside the preset."""

    steps: float = 1.0
    rate: float = 1.0
    seed: int = 0
    schedule: str = "constant"


WAYS: Mapping[str, Way] = {
    "preset": Way(),
    "another seed": Way(seed=1),
    "two thirds": Way(steps=2 / 3, rate=1.5),
    "half": Way(steps=0.5, rate=2.0),
    "half, cosine": Way(steps=0.5, rate=3.0, schedule="cosine"),
}


def trained(folder: Path, home: Path, way: Way) -> float:
    """Train the first round in a workspace of its own; CPU seconds, of training alone."""
    draft = read_project_file(folder / "project.toml").draft
    with Store(home) as store:
        studio = Studio(store)
        project = studio.create_project(replace(draft, seed=draft.seed + way.seed))
        measure_when(studio, project, "never")
        first = store.rounds.of_project(project)[0].id
        tune = store.rounds.settings(first).tune
        changed = {
            "steps": round(tune.steps * way.steps),
            "learning_rate": tune.learning_rate * way.rate,
            "schedule": way.schedule,
            "preview_every": 0,
        }
        studio.change_settings(project, {"tune": changed})
        began = time.process_time()
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish(studio.fine_tune(first))
        spent = time.process_time() - began
        studio.export_adapter(first, home / "lora.safetensors")
    return spent


def requests_of(task: Task) -> list[DrawRequest]:
    """Held-out prompts, each with a seed, the same for all ways."""
    known = {anchor.prompt for anchor in task.store.projects.anchors(task.project.id)}
    prompts = task.prompts.expand(load_held_out(task.project.kind))
    wanted = [each for each in prompts if each not in known][:PROMPTS]
    return [DrawRequest(each, named_seed(0, "shorter", each)) for each in wanted]


def drawn(home: Path, models: Models) -> tuple[dict[str, list[Image.Image]], dict[str, list[float]]]:
    """The images by strength, and what is measured: CLIP-T, CLIP-I and copy risk."""
    with Store(home) as store:
        project = store.projects.all()[0]
        first = store.rounds.of_project(project.id)[0]
        known = open_round(store, models, first.id)
        job = Job("", project.id, first.id, "measure", "running", "", 0, 0, "", 0.0, None, None)
        task = Task(**vars(known), job=job)
        model = models.image_model(project.base_model, known.settings.machine)
        requests, detector = requests_of(task), opened_detector(task)
        images: dict[str, list[Image.Image]] = {}
        figures: dict[str, list[float]] = {}
        for strength in STRENGTHS:
            with drawing(model, home / "lora.safetensors", recipe=Recipe.constant(strength)) as ready:
                events = draw(ready, requests, replace(task.settings.generation, batch_size=len(requests)))
                found = [each for one in events if isinstance(one, DrawnBatch) for each in one.images]
            scores = score_images(task, found, [one.prompt for one in requests], detector).scores
            images[f"{strength:g}"] = found
            figures[f"{strength:g}"] = [
                fmean(one["similarity_anchor"] for one in scores),
                fmean(one["similarity_reference"] for one in scores),
                fmean(one[CHANCE] for one in scores),
            ]
    return images, figures


def sheet(folder: Path, ways: list[str], out: Path) -> None:
    """A row for each strength and way."""
    rows = [(strength, way) for strength in STRENGTHS for way in ways]
    page = Image.new("RGB", (SIDE * PROMPTS, (SIDE + TEXT) * len(rows)), "white")
    for row, (strength, way) in enumerate(rows):
        top = row * (SIDE + TEXT)
        ImageDraw.Draw(page).text((2, top + 2), f"{strength:g}: {way}", fill="black")
        for column in range(PROMPTS):
            path = out / folder.name / way / f"{strength:g}-{column}.png"
            page.paste(Image.open(path).convert("RGB").resize((SIDE, SIDE)), (column * SIDE, top + TEXT))
    page.save(out / f"{folder.name}.png")


def main() -> None:
    """Train and draw what is missing; print a line of each reference and way."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ways", nargs="+", choices=tuple(WAYS), default=tuple(WAYS))
    args = parser.parse_args()
    torch.set_num_threads(1)
    models = Models()
    for folder in args.folders:
        for name in args.ways:
            home = args.out / folder.name / name
            kept = home / "figures.json"
            if not kept.exists():
                home.mkdir(parents=True, exist_ok=True)
                spent = trained(folder, home / "workspace", WAYS[name])
                images, figures = drawn(home / "workspace", models)
                for strength, found in images.items():
                    for column, image in enumerate(found):
                        image.save(home / f"{strength}-{column}.png")
                kept.write_text(json.dumps({"seconds": spent, "figures": figures}), encoding="utf-8")
            told = json.loads(kept.read_text(encoding="utf-8"))
            parts = [
                f"{strength}: {' '.join(f'{value:.3f}' for value in values)}"
                for strength, values in told["figures"].items()
            ]
            print(f"{folder.name}, {name}: {told['seconds']:.0f} CPU s; {'; '.join(parts)}", flush=True)
        sheet(folder, list(args.ways), args.out)


if __name__ == "__main__":
    main()
