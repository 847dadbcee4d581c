"""The peak of memory and the time of a training or of drawing, with one model in one process."""

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
import torch
from PIL import Image

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.memory.fit import fit
from gal_studio.core.memory.need import DeviceKind, need
from gal_studio.core.memory.room import GIGABYTE, gigabytes, room_of
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.engine.memory.plan import free_memory
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter
from gal_studio.engine.models.devices import has_fast_bfloat16, weight_precision
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest, DrawStep, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from workshop.benchmarks.real_size.random_model import random_model
from workshop.benchmarks.real_size.watch import Used, held_now, watched

PARTS = ("draw", "train")


def picture(side: int) -> Image.Image:
    """A picture of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def train(model: ImageModel, settings: Settings, steps: int) -> tuple[Used, float]:
    """Train; what was used, and the seconds of a step after the first."""
    example = ExamplePicture(picture(settings.tune.resolution or model.resolution), "a picture")
    tune = settings.tune.updated({"steps": steps, "checkpoint_every": 100_000})
    times = []
    with watched(model.device) as used:
        for event in fine_tune(model, [example], [], tune, seed=0):
            times.append(now(model.device))
            warn(event.notice)
    return used, (times[-1] - times[0]) / max(1, len(times) - 1)


def sample(model: ImageModel, settings: Settings, adapter: Path, few: int) -> tuple[Used, float]:
    """Draw one batch with a LoRA; what was used, and the seconds of a picture at the steps of the settings.

    A denoising step takes what the steps after the first took; decoding is measured as it is.
    """
    generation = settings.generation
    requests = [DrawRequest("a picture", seed) for seed in range(generation.batch_size)]
    times = []
    with watched(model.device) as used, drawing(model, adapter) as ready:
        for event in draw(ready, requests, generation.updated({"steps": few})):
            times.append(now(model.device))
            if isinstance(event, DrawStep):
                warn(event.notice)
    step = (times[few - 1] - times[0]) / (few - 1)
    return used, (step * generation.steps + times[few] - times[few - 1]) / len(requests)


def random_adapter(model: ImageModel, tune: TuneSettings, folder: Path) -> Path:
    """A LoRA that changes nothing, of the settings' rank and layers."""
    attach_lora(model, tune, torch.Generator().manual_seed(0))
    saved = save_adapter(model, folder / "adapter.safetensors", AdapterCard("", model.name, 1, 0))
    detach(model)
    return saved


def now(device: torch.device) -> float:
    """Seconds of the clock on a GPU, and of this process on a CPU, where other programs run as well."""
    if device.type != "cuda":
        return time.process_time() / torch.get_num_threads()
    torch.cuda.synchronize(device)
    return time.monotonic()


def warn(notice: str) -> None:
    """Print what the studio would tell the user."""
    if notice:
        print(notice, file=sys.stderr)


def kind_of(device: torch.device) -> DeviceKind:
    """The kind of device for the plan."""
    if device.type == "cuda":
        return "cuda"
    return "cpu-bf16" if has_fast_bfloat16(device) else "cpu"


def chosen_settings(preset: str, kind: DeviceKind, room: int, changes: dict[str, Any]) -> Settings:
    """The preset's settings as the studio holds them on this device."""
    given = load_preset(preset)
    settings = given.settings["style"].updated(changes)
    return fit(load_shape(given.shape), settings, kind, room) or settings


def refuse_large(planned: int, device: torch.device) -> None:
    """End the program if what is planned is not free."""
    free = free_memory(device)
    if free is not None and planned > free:
        raise SystemExit(f"needs {gigabytes(planned)}, and {gigabytes(free)} are free")


def measured(preset: str, part: str, device: torch.device, settings: Settings, few: int) -> dict[str, Any]:
    """Half a line of the table: plan, peak and seconds of one part of a round."""
    import peft  # noqa: F401  # the libraries are no part of the plan

    name = load_preset(preset).shape
    plan = need(load_shape(name), settings, kind_of(device))
    planned = plan.drawing if part == "draw" else plan.training
    refuse_large(planned, device)
    base = 0 if device.type == "cuda" else held_now()
    model = random_model(name, device, settings.machine, weight_precision(device, settings.machine.precision))
    held = (torch.cuda.memory_allocated(device) if device.type == "cuda" else held_now()) - base
    with TemporaryDirectory() as folder:
        if part == "draw":
            adapter = random_adapter(model, settings.tune, Path(folder))
            used, each = sample(model, settings, adapter, few)
        else:
            used, each = train(model, settings, few)
    peak = used.peak - base
    return {
        "settings": settings.machine.to_dict(),
        "held_gb": round(held / GIGABYTE, 2),
        "plan_gb": round(planned / GIGABYTE, 2),
        "peak_gb": round(peak / GIGABYTE, 2),
        "plan_over_peak": round(planned / peak, 2),
        "seconds_each": round(each, 2),
        "use": None if used.use is None else round(used.use, 2),
    }


def device_parser(description: str | None) -> argparse.ArgumentParser:
    """The options that say whose settings are used, and on which device."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("preset")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--gigabytes", type=float, help="Memory to plan for (default: the whole device).")
    parser.add_argument(
        "--set", default="{}", help='Settings as JSON, such as {"tune": {"resolution": 512}}.'
    )
    return parser


def device_and_settings(given: argparse.Namespace) -> tuple[torch.device, Settings]:
    """The device that was named, and the preset's settings as the studio holds them there."""
    device = torch.device(given.device)
    cuda = device.type == "cuda"
    total = torch.cuda.mem_get_info(device)[1] if cuda else psutil.virtual_memory().total
    kind = kind_of(device)
    room = room_of(kind, int(given.gigabytes * GIGABYTE) if given.gigabytes else total)
    return device, chosen_settings(given.preset, kind, room, json.loads(given.set))


def main() -> None:
    parser = device_parser(__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--few", type=int, default=2, help="Training or denoising steps, at least 2.")
    given = parser.parse_args()
    device, settings = device_and_settings(given)
    print(json.dumps(measured(given.preset, given.part, device, settings, given.few)))


if __name__ == "__main__":
    main()
