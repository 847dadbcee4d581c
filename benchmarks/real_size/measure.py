"""The peak of memory and the time of a training and of drawing, with one model in one process."""

import argparse
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import psutil
import torch
from PIL import Image

from benchmarks.real_size.random_model import random_model
from gal_studio.assets import load_preset, load_shape
from gal_studio.core.memory.fit import fit
from gal_studio.core.memory.need import DeviceKind, need
from gal_studio.core.memory.room import GIGABYTE, room_of
from gal_studio.core.settings import Settings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.devices import weight_precision
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture

Changes = dict[str, dict[str, object]]
EVERY = 0.02  # seconds between two looks at the process's memory


@dataclass
class Used:
    """Bytes at the peak beside what was held before, and seconds."""

    held: int = 0
    peak: int = 0
    seconds: float = 0.0
    shares: list[float] = field(default_factory=list)

    @property
    def use(self) -> float | None:
        """The mean share of the device that was busy, of 1; None if that is not known."""
        return sum(self.shares) / len(self.shares) if self.shares else None


@contextmanager
def watched(device: torch.device) -> Iterator[Used]:
    """Watch the memory of the device, or of this process on a CPU."""
    used, done = Used(), threading.Event()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        used.held = torch.cuda.memory_allocated(device)
        threading.Thread(target=_watch_gpu, args=(used, done), daemon=True).start()
    else:
        process = psutil.Process()
        used.held = used.peak = process.memory_info().rss

        def look() -> None:
            while not done.wait(EVERY):
                used.peak = max(used.peak, process.memory_info().rss)

        threading.Thread(target=look, daemon=True).start()
    started = time.monotonic()
    try:
        yield used
    finally:
        if device.type == "cuda":
            torch.cuda.synchronize(device)
            used.peak = torch.cuda.max_memory_allocated(device)
        used.seconds = time.monotonic() - started
        done.set()


def _watch_gpu(used: Used, done: threading.Event) -> None:
    """Ask the driver each half second how busy the first GPU is."""
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    while not done.wait(0.5):
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
            used.shares.append(float(said.splitlines()[0]) / 100)
        except (OSError, subprocess.SubprocessError, ValueError, IndexError):
            return


def picture(side: int) -> Image.Image:
    """A picture of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def train(model: ImageModel, settings: Settings, steps: int) -> tuple[Used, float]:
    """Train; the peak, and the seconds of a step after the first."""
    example = ExamplePicture(picture(settings.tune.resolution or model.resolution), "a picture")
    tune = settings.tune.updated({"steps": steps, "checkpoint_every": 100_000})
    times = []
    with watched(model.device) as used:
        for _ in fine_tune(model, [example], [], tune, seed=0):
            times.append(time.monotonic())
    detach(model)
    return used, (times[-1] - times[0]) / max(1, len(times) - 1)


def sample(model: ImageModel, settings: Settings, pictures: int, steps: int) -> tuple[Used, float]:
    """Draw; the peak, and the seconds of a picture at the number of steps of the settings."""
    few = settings.generation.updated({"steps": steps})
    requests = [DrawRequest("a picture", seed) for seed in range(pictures)]
    with drawing(model) as ready, watched(model.device) as used:
        drawn = sum(
            len(event.images) for event in draw(ready, requests, few) if isinstance(event, DrawnBatch)
        )
    return used, used.seconds / drawn * settings.generation.steps / steps


def chosen_settings(
    preset: str, kind: DeviceKind, room: int, changes: dict[str, dict[str, object]]
) -> Settings:
    """The preset's settings as the studio holds them on this device."""
    given = load_preset(preset)
    settings = given.settings["style"].updated(changes)
    return fit(load_shape(given.shape), settings, kind, room) or settings


def measured(
    preset: str, device: torch.device, settings: Settings, steps: int, few: int
) -> dict[str, object]:
    """One line of the table: plan, peak and seconds of both parts of a round."""
    kind: DeviceKind = "cuda" if device.type == "cuda" else "cpu"
    before = psutil.Process().memory_info().rss
    dtype = weight_precision(device, settings.machine.precision)
    model = random_model(load_preset(preset).shape, device, settings.machine, dtype)
    base = before if kind == "cpu" else 0
    plan = need(load_shape(load_preset(preset).shape), settings, kind)
    line: dict[str, object] = {"preset": preset, "settings": settings.machine.essential}
    work: dict[str, tuple[int, Callable[[], tuple[Used, float]]]] = {
        "draw": (plan.drawing, lambda: sample(model, settings, settings.generation.batch_size, few)),
        "train": (plan.training, lambda: train(model, settings, steps)),
    }
    for name, (planned, run) in work.items():
        used, each = run()
        peak = used.peak - base
        line[name] = {
            "plan_gb": round(planned / GIGABYTE, 2),
            "peak_gb": round(peak / GIGABYTE, 2),
            "plan_over_peak": round(planned / peak, 2),
            "seconds_each": round(each, 3),
            "use": None if used.use is None else round(used.use, 2),
        }
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--gigabytes", type=float, help="Room to plan for (default: the whole device).")
    parser.add_argument("--steps", type=int, default=3, help="Training steps.")
    parser.add_argument("--few", type=int, default=2, help="Denoising steps.")
    parser.add_argument(
        "--set", default="{}", help='Settings as JSON, such as {"tune": {"resolution": 512}}.'
    )
    given = parser.parse_args()
    device = torch.device(given.device)
    cuda = device.type == "cuda"
    total = torch.cuda.mem_get_info(device)[1] if cuda else psutil.virtual_memory().total
    kind: DeviceKind = "cuda" if cuda else "cpu"
    room = int(given.gigabytes * GIGABYTE) if given.gigabytes else room_of(kind, total)
    settings = chosen_settings(given.preset, kind, room, json.loads(given.set))
    print(json.dumps(measured(given.preset, device, settings, given.steps, given.few)))


if __name__ == "__main__":
    main()
