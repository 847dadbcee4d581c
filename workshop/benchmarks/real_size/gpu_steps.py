"""One preset's model on one device: what each part of a round takes, as one line of JSON a part."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from gal_studio.assets import load_preset, load_shape, resolve_model
from gal_studio.core.memory.need import MemoryNeed, need
from gal_studio.core.memory.room import GIGABYTE
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import Settings
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.loras.check import difference
from gal_studio.engine.loras.foreign import attach_as_it_is
from gal_studio.engine.loras.layers import named_tensors, read_layers
from gal_studio.engine.memory.plan import free_memory, plan_training
from gal_studio.engine.models.adapters import AdapterCard, detach, read_adapter, save_adapter
from gal_studio.engine.models.devices import weight_precision
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import TuneEvent, fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.patchdpo import RefinePair, examples_beside, refine
from gal_studio.engine.training.trainer import Run
from workshop.benchmarks.real_size.measure import (
    device_and_settings,
    device_parser,
    kind_of,
    now,
    picture,
    refuse_large,
)
from workshop.benchmarks.real_size.random_model import random_model
from workshop.benchmarks.real_size.watch import Used, held_now, watched

PROMPT = "A cat in a style"
LADDER = (Recipe(0.4, 0.4), Recipe(0.4, 1.0, 0.75), Recipe(0.7, 0.7), AS_TRAINED)
NEVER = 100_000  # steps between two checkpoints
CLIP, VISION = "local-dir:assets:pocket/clip", "assets:pocket/vision"
PARTS = ("build", "train", "ladder", "score", "refine", "export")


@dataclass(frozen=True)
class Asked:
    """What is measured: the preset, its settings on this device, and how many steps of each kind.

    `folder` has a real model in place of random weights.
    """

    preset: str
    settings: Settings
    device: torch.device
    folder: str = ""
    trained: int = 30
    refined: int = 10


def parts(asked: Asked, out: Path) -> Iterator[dict[str, Any]]:
    """Measure each part and yield its row; `plan` and `peak` are GB, `finite` whether nothing overflowed."""
    plan = need(load_shape(load_preset(asked.preset).shape), asked.settings, kind_of(asked.device))
    if not asked.folder:
        refuse_large(max(plan.training, plan.drawing), asked.device)
    import peft  # noqa: F401  # the libraries are no part of the plan

    yield from Bench(asked, out, plan).rows()


class Bench:
    """The parts of a round on one model, in the order in which each finds what it needs."""

    def __init__(self, asked: Asked, out: Path, plan: MemoryNeed) -> None:
        self.asked, self.out, self.plan = asked, out, plan
        self.device, self.settings = asked.device, asked.settings
        self.base = 0 if asked.device.type == "cuda" else held_now()

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each of `PARTS`."""
        yield self.build()
        tune = self.settings.tune
        self.tune = tune.updated({"steps": self.asked.trained, "checkpoint_every": NEVER})
        self.example = ExamplePicture(picture(tune.resolution or self.model.resolution), PROMPT)
        yield self.train()
        yield self.ladder()
        yield self.score()
        yield self.refine()
        yield self.export()

    def row(
        self, part: str, used: Used, seconds: float, finite: bool, note: str, planned: int = 0
    ) -> dict[str, Any]:
        """What a part took; `planned` bytes, 0 where there is no plan."""
        return {
            "part": part, "seconds": round(seconds, 2), "peak": round((used.peak - self.base) / GIGABYTE, 2),
            "plan": round(planned / GIGABYTE, 2) if planned else None, "finite": finite, "note": note,
        }  # fmt: skip

    def build(self) -> dict[str, Any]:
        """Load the model, or make one of random weights."""
        started = time.monotonic()
        with watched(self.device) as used:
            self.model = _opened(self.asked)
        precision = f"{self.model.drawing_precision}".split(".")[-1]
        return self.row("build", used, time.monotonic() - started, True, precision)

    def train(self) -> dict[str, Any]:
        """Train a LoRA on one image."""
        with watched(self.device) as used:
            each, losses = _run(fine_tune(self.model, [self.example], [], self.tune, seed=0), self.device)
        self.adapter = self._saved("adapter")
        finite = _is_finite(self.adapter, losses)
        return self.row("train", used, each, finite, "a step", self.plan.training)

    def ladder(self) -> dict[str, Any]:
        """Generate an image at each strength."""
        started = now(self.device)
        with watched(self.device) as used:
            self.drawn = [self._drawn(self.adapter, recipe) for recipe in LADDER]
        seconds = (now(self.device) - started) / len(LADDER)
        return self.row(
            "ladder", used, seconds, all(map(_is_picture, self.drawn)), "an image", self.plan.drawing
        )

    def score(self) -> dict[str, Any]:
        """Score the images."""
        started = now(self.device)
        with watched(self.device) as used:
            note = _scored(self.drawn, self.example.image, self.device)
        return self.row("score", used, now(self.device) - started, True, note)

    def refine(self) -> dict[str, Any]:
        """Refine the LoRA on one pair."""
        image = self.example.image
        pair = RefinePair(image, self.drawn[0].resize(image.size), PROMPT, np.ones((2, 16, 16)))
        asked = self.settings.refine.updated({"steps": self.asked.refined, "checkpoint_every": NEVER})
        steps = refine(
            self.model, [pair], [self.example], [], asked, self.tune, 0, Run(start_from=self.adapter)
        )
        rows, planned = self._planned_refinement()
        with watched(self.device) as used:
            each, losses = _run(steps, self.device)
        self.refined = self._saved("refined")
        finite = _is_finite(self.refined, losses)
        return self.row("refine", used, each, finite, f"a step, {rows} images at a time", planned)

    def _planned_refinement(self) -> tuple[int, int]:
        """The rows that a step processes at a time in the memory that is free, and the plan for these."""
        settings = self.settings
        rows = 2 * settings.refine.batch_size + examples_beside(settings.refine)
        plan = plan_training(self.model, self.tune, rows, free_memory(self.device))
        less = {"checkpointing": settings.machine.checkpointing or plan.low_memory}
        as_many = settings.updated({"tune": {"batch_size": plan.rows}, "machine": less})
        shape = load_shape(load_preset(self.asked.preset).shape)
        return plan.rows, need(shape, as_many, kind_of(self.device)).training

    def export(self) -> dict[str, Any]:
        """Write the names of ComfyUI, read them back as an adapter, and compare an image of both."""
        started, file = now(self.device), self.out / "comfyui.safetensors"
        part, names = self.model.family.part, self.model.family.lora_names
        with watched(self.device) as used:
            layers = read_layers(self.refined, part)
            save_file(named_tensors(layers, part, names, find_form("comfyui")), file)
            attach_as_it_is(self.model, file)
            both = [self._drawn(one, AS_TRAINED) for one in (self.refined, self._saved("back"))]
        note = f"loaded back, images differ by {difference(*both)} of 255"
        return self.row("export", used, now(self.device) - started, all(map(_is_picture, both)), note)

    def _saved(self, name: str) -> Path:
        """The adapter that is attached, as a file; the model is as it was before."""
        card = AdapterCard("", self.model.name, 1, 0)
        saved = save_adapter(self.model, self.out / f"{name}.safetensors", card)
        detach(self.model)
        return saved

    def _drawn(self, adapter: Path, recipe: Recipe) -> Image.Image:
        one = self.settings.generation.updated({"batch_size": 1})
        with drawing(self.model, adapter, recipe=recipe) as ready:
            batches = [
                each for each in draw(ready, [DrawRequest(PROMPT, 5)], one) if isinstance(each, DrawnBatch)
            ]
        return batches[0].images[0]


def _opened(asked: Asked) -> ImageModel:
    machine, dtype = asked.settings.machine, weight_precision(asked.device, asked.settings.machine.precision)
    if asked.folder:
        return load_image_model(asked.folder, asked.device, dtype, machine=machine)
    return random_model(load_preset(asked.preset).shape, asked.device, machine, dtype)


def _run(events: Iterator[TuneEvent], device: torch.device) -> tuple[float, list[float]]:
    """Seconds of a step after the first one, and all losses."""
    times, losses = [], []
    for event in events:
        times.append(now(device))
        losses.append(event.loss)
    return (times[-1] - times[0]) / max(1, len(times) - 1), losses


def _scored(drawn: list[Image.Image], reference: Image.Image, device: torch.device) -> str:
    """The bundled feature models look at all images; features that are not finite are refused there."""
    clip = load_embedder(resolve_model(CLIP), device)
    tower = load_vision(resolve_model(VISION), resolve_model(CLIP), device)
    likeness = clip.images(drawn) @ clip.texts([PROMPT]).T
    patches = tower.patches([*drawn, reference])
    return f"{likeness.size} prompt matches, {patches.shape[0]} x {patches.shape[1] ** 2} patches"


def _is_finite(adapter: Path, losses: list[float]) -> bool:
    tensors, _ = read_adapter(adapter)
    return all(map(math.isfinite, losses)) and all(
        bool(torch.isfinite(one).all()) for one in tensors.values()
    )


def _is_picture(image: Image.Image) -> bool:
    """Whether an image is not of one colour, as one of numbers that are not finite is."""
    return any(low != high for low, high in image.convert("RGB").getextrema())  # type: ignore[misc]


def main() -> None:
    parser = device_parser(__doc__)
    parser.add_argument("--folder", default="", help="A real model in place of random weights.")
    parser.add_argument("--train", type=int, default=30, help="Training steps.")
    parser.add_argument("--refine", type=int, default=10, help="Steps of the refinement.")
    given = parser.parse_args()
    device, settings = device_and_settings(given)
    asked = Asked(given.preset, settings, device, given.folder, given.train, given.refine)
    with TemporaryDirectory() as folder:
        for row in parts(asked, Path(folder)):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
