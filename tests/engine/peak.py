"""Train or sample with the bundled model, and print the peak memory in bytes; run as a program.

python -m tests.engine.peak train 8
"""

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from gal_studio.assets import resolve_model
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from tests.engine.conftest import noise_picture

POCKET = "assets:pocket/pipeline"


def training(rows: int) -> TuneSettings:
    return TuneSettings(steps=2, batch_size=rows, rank=8)


def sampling(rows: int) -> GenerationSettings:
    return GenerationSettings(steps=2, batch_size=rows)


def train(model: ImageModel, rows: int) -> None:
    picture = ExamplePicture(noise_picture(1, model.resolution, model.resolution), "a cat")
    for _ in fine_tune(model, [picture], [], training(rows), seed=0):
        pass
    detach(model)


def sample(model: ImageModel, rows: int) -> None:
    for _ in draw(model, [DrawRequest("a cat", seed) for seed in range(rows)], sampling(rows)):
        pass


def resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))


def peak(what: str, rows: int) -> int:
    """Peak memory beyond that of a first small run, which loads the weights and the libraries."""
    torch.set_num_threads(1)
    model = load_image_model(resolve_model(POCKET), device="cpu")
    if what == "train":
        return grown(lambda count: train(model, count), rows)
    with drawing(model) as ready:  # loads the weights in the sampling precision, as before planning
        return grown(lambda count: sample(ready, count), rows)


def grown(work: Callable[[int], None], rows: int) -> int:
    """The largest growth of the process beyond its size after one row."""
    work(1)
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before = resident("VmRSS")
    work(rows)
    return resident("VmHWM") - before


if __name__ == "__main__":
    print(peak(sys.argv[1], int(sys.argv[2])))
