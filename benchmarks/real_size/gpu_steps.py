"""One preset's model on one device: what each part of a round takes, as one line of JSON a part."""

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
import torch
from PIL import Image
from safetensors.torch import save_file

from benchmarks.real_size.measure import chosen_settings, kind_of, now, picture, refuse_large
from benchmarks.real_size.random_model import random_model
from benchmarks.real_size.watch import held_now, watched
from gal_studio.assets import load_preset, load_shape, resolve_model
from gal_studio.core.memory.need import need
from gal_studio.core.memory.room import GIGABYTE, room_of
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import Settings
from gal_studio.engine.export.check import difference
from gal_studio.engine.export.foreign import attach_as_it_is
from gal_studio.engine.export.layers import named_tensors, read_layers
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.adapters import AdapterCard, detach, read_adapter, save_adapter
from gal_studio.engine.models.devices import weight_precision
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import TuneEvent, fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.patchdpo import RefinePair, refine
from gal_studio.engine.training.trainer import Run

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
    device, settings, name = asked.device, asked.settings, load_preset(asked.preset).shape
    plan = need(load_shape(name), settings, kind_of(device))
    if not asked.folder:
        refuse_large(max(plan.training, plan.drawing), device)
    import peft  # noqa: F401  # the libraries are no part of the plan

    base = 0 if device.type == "cuda" else held_now()

    def row(
        part: str, used: Any, seconds: float, finite: bool, note: str, planned: int = 0
    ) -> dict[str, Any]:
        peak, planned_gb = (used.peak - base) / GIGABYTE, planned / GIGABYTE
        return {
            "part": part, "seconds": round(seconds, 2), "peak": round(peak, 2),
            "plan": round(planned_gb, 2) if planned else None, "finite": finite, "note": note,
        }  # fmt: skip

    started = time.monotonic()
    with watched(device) as used:
        model = _opened(asked, name)
    yield row("build", used, time.monotonic() - started, True, f"{model.drawing_precision}".split(".")[-1])

    side = settings.tune.resolution or model.resolution
    example, card = ExamplePicture(picture(side), PROMPT), AdapterCard("", model.name, 1, 0)
    tune = settings.tune.updated({"steps": asked.trained, "checkpoint_every": NEVER})
    with watched(device) as used:
        each, losses = _run(fine_tune(model, [example], [], tune, seed=0), device)
    adapter = save_adapter(model, out / "adapter.safetensors", card)
    detach(model)
    yield row("train", used, each, _is_finite(adapter, losses), "a step", plan.training)

    started, drawn = now(device), []
    with watched(device) as used:
        for recipe in LADDER:
            drawn.append(_drawn(model, adapter, settings, recipe))
    seconds = (now(device) - started) / len(LADDER)
    yield row("ladder", used, seconds, all(map(_is_picture, drawn)), "an image", plan.drawing)

    started = now(device)
    with watched(device) as used:
        note = _scored(drawn, example.image, device)
    yield row("score", used, now(device) - started, True, note)

    pair = RefinePair(example.image, drawn[0].resize(example.image.size), PROMPT, np.ones((2, 16, 16)))
    asked_steps = settings.refine.updated({"steps": asked.refined, "checkpoint_every": NEVER})
    run = Run(start_from=adapter)
    with watched(device) as used:
        each, losses = _run(refine(model, [pair], [example], [], asked_steps, tune, 0, run), device)
    refined = save_adapter(model, out / "refined.safetensors", card)
    detach(model)
    yield row("refine", used, each, _is_finite(refined, losses), "a step")

    started = now(device)
    with watched(device) as used:
        back = _exported_and_read(model, refined, out, card)
        both = [_drawn(model, one, settings, AS_TRAINED) for one in (refined, back)]
    apart = difference(*both)
    note = f"loaded back, images differ by {apart} of 255"
    yield row("export", used, now(device) - started, all(map(_is_picture, both)), note)


def _opened(asked: Asked, name: str) -> ImageModel:
    machine, dtype = asked.settings.machine, weight_precision(asked.device, asked.settings.machine.precision)
    if asked.folder:
        return load_image_model(asked.folder, asked.device, dtype, machine=machine)
    return random_model(name, asked.device, machine, dtype)


def _run(events: Iterator[TuneEvent], device: torch.device) -> tuple[float, list[float]]:
    """Seconds of a step after the first one, and all losses."""
    times, losses = [], []
    for event in events:
        times.append(now(device))
        losses.append(event.loss)
    return (times[-1] - times[0]) / max(1, len(times) - 1), losses


def _drawn(model: ImageModel, adapter: Path, settings: Settings, recipe: Recipe) -> Image.Image:
    one = settings.generation.updated({"batch_size": 1})
    with drawing(model, adapter, recipe=recipe) as ready:
        batches = [
            each for each in draw(ready, [DrawRequest(PROMPT, 5)], one) if isinstance(each, DrawnBatch)
        ]
    return batches[0].images[0]


def _scored(drawn: list[Image.Image], reference: Image.Image, device: torch.device) -> str:
    """The bundled feature models look at all images; features that are not finite are refused there."""
    clip = load_embedder(resolve_model(CLIP), device)
    tower = load_vision(resolve_model(VISION), resolve_model(CLIP), device)
    likeness = clip.images(drawn) @ clip.texts([PROMPT]).T
    patches = tower.patches([*drawn, reference])
    return f"{likeness.size} prompt matches, {patches.shape[0]} x {patches.shape[1] ** 2} patches"


def _exported_and_read(model: ImageModel, adapter: Path, out: Path, card: AdapterCard) -> Path:
    """Write the names of ComfyUI, and read them back as an adapter of the studio."""
    part, names = model.family.part, model.family.lora_names
    save_file(
        named_tensors(read_layers(adapter, part), part, names, find_form("comfyui")),
        out / "comfyui.safetensors",
    )
    attach_as_it_is(model, out / "comfyui.safetensors")
    back = save_adapter(model, out / "back.safetensors", card)
    detach(model)
    return back


def _is_finite(adapter: Path, losses: list[float]) -> bool:
    tensors, _ = read_adapter(adapter)
    return all(map(math.isfinite, losses)) and all(
        bool(torch.isfinite(one).all()) for one in tensors.values()
    )


def _is_picture(image: Image.Image) -> bool:
    """Whether an image is not of one colour, as one of numbers that are not finite is."""
    return any(low != high for low, high in image.convert("RGB").getextrema())  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--gigabytes", type=float, help="Memory to plan for (default: the whole device).")
    parser.add_argument("--folder", default="", help="A real model in place of random weights.")
    parser.add_argument("--train", type=int, default=30, help="Training steps.")
    parser.add_argument("--refine", type=int, default=10, help="Steps of the refinement.")
    parser.add_argument("--set", default="{}", help="Settings as JSON.")
    given = parser.parse_args()
    device = torch.device(given.device)
    cuda = device.type == "cuda"
    total = torch.cuda.mem_get_info(device)[1] if cuda else psutil.virtual_memory().total
    kind = kind_of(device)
    room = room_of(kind, int(given.gigabytes * GIGABYTE) if given.gigabytes else total)
    settings = chosen_settings(given.preset, kind, room, json.loads(given.set))
    asked = Asked(given.preset, settings, device, given.folder, given.train, given.refine)
    with TemporaryDirectory() as folder:
        for row in parts(asked, Path(folder)):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
