"""A training step and a batch of drawing of the bundled model under each instruction set, in one run.

    python -m workshop.benchmarks.speed.instruction_sets
    python -m workshop.benchmarks.speed.instruction_sets --precision bf16 --rounds 3

Starts itself under each setting of oneDNN, in turns, so that what else the machine does falls on all, and
takes the fastest of the rounds, which that slows least; the ratios to the widest set count. By default each
computes in the precision that the studio takes with it. Settings that this processor lacks are left out and
named.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import get_args

import torch

from gal_studio.assets import resolve_model
from gal_studio.core.memory.allocator import InstructionSet, instruction_set
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.devices import device_name
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest, draw
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Training

POCKET = "assets:pocket/pipeline"
SETS: tuple[InstructionSet, ...] = get_args(InstructionSet)
ROWS, PICTURES, STEPS = 4, 20, 4


def training_step(model: ImageModel) -> float:
    """The median seconds of some training steps."""
    from PIL import Image

    settings = TuneSettings(batch_size=ROWS, rank=8)
    white = Image.new("RGB", (model.resolution, model.resolution), "white")
    source = ExampleSource(model, [ExamplePicture(white, "a cat")], [], settings, 0)
    training, times = Training(model, source, settings, 0), []
    with model.family.training_attention(model.device, model.training_precision):
        for _ in range(STEPS + 1):
            started = time.perf_counter()
            training.advance()
            times.append(time.perf_counter() - started)
    detach(model)
    return statistics.median(times[1:])


def batch(model: ImageModel) -> float:
    """The seconds of drawing a batch, after one that warms up."""
    settings = GenerationSettings(steps=STEPS, batch_size=PICTURES)
    requests = [DrawRequest("a cat", seed) for seed in range(PICTURES)]
    with drawing(model) as ready:
        for _ in range(2):
            started = time.perf_counter()
            for _event in draw(ready, requests, settings):
                pass
    return time.perf_counter() - started


def measure(precision: str) -> None:
    """Print the two times of this process."""
    machine = MachineSettings().updated({"precision": precision})
    model = load_image_model(resolve_model(POCKET), device="cpu", machine=machine)
    print(training_step(model), batch(model))


def started(used: InstructionSet, precision: str) -> tuple[float, float]:
    """The two times of a process that is limited to this set."""
    aten = {"ATEN_CPU_CAPABILITY": "avx2"} if used == "AVX2" else {}
    environment = {**os.environ, **aten, "ONEDNN_MAX_CPU_ISA": used}
    command = [
        sys.executable,
        "-m",
        "workshop.benchmarks.speed.instruction_sets",
        "--one",
        "--precision",
        precision,
    ]
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    step, drawn = map(float, told.split()[-2:])
    return step, drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--precision", choices=["auto", "fp32", "bf16"], default="auto")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.precision)
        return
    flags = {name for name, has in torch.cpu.get_capabilities().items() if has is True}
    shown = [each for each in SETS if instruction_set(flags, {"ONEDNN_MAX_CPU_ISA": each}) == each]
    times: dict[InstructionSet, list[tuple[float, float]]] = {each: [] for each in shown}
    for _ in range(given.rounds):
        for each in shown:
            times[each].append(started(each, given.precision))
    print(f"{device_name(torch.device('cpu'))}; load {os.getloadavg()[0]:.1f}; precision {given.precision}")
    print(f"{'':18} {'a step':>8} {'ratio':>6} {f'{PICTURES} pictures':>12} {'ratio':>6}")
    fastest = {each: tuple(map(min, zip(*times[each], strict=True))) for each in shown}
    step, drawn = fastest[shown[-1]]
    for each, (a_step, a_batch) in fastest.items():
        print(f"{each:18} {a_step:6.3f} s {a_step / step:6.2f} {a_batch:10.2f} s {a_batch / drawn:6.2f}")
    for each in SETS:
        if each not in shown:
            print(f"{each:18} this processor cannot show it")


if __name__ == "__main__":
    main()
