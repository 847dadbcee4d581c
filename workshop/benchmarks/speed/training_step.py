"""A training step of the studio against the plain diffusers + peft loop, on one model in one run.

    python -m workshop.benchmarks.speed.training_step  # Stable Diffusion 1.5's size, random weights
    python -m workshop.benchmarks.speed.training_step --resolution 256 --rounds 5

Both train a LoRA with AdamW on the same cached latents and texts, with the same rows, precision and layers.
They take turns, so that what else the machine does falls on both; the ratio of the medians counts.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from diffusers import DDPMScheduler
from peft import LoraConfig

from gal_studio.assets import load_preset
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.devices import weight_precision
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Training
from workshop.benchmarks.output import told
from workshop.benchmarks.real_size.measure import picture
from workshop.benchmarks.real_size.random_model import random_model

GOAL = 1.1


def plain_loop(model: ImageModel, source: ExampleSource, settings: TuneSettings) -> Callable[[], float]:
    """The step of diffusers' training script for LoRA: noise, forward, mean squared error, AdamW."""
    unet, process = model.denoiser, DDPMScheduler(beta_schedule="scaled_linear")
    layers = model.family.lora_layers(settings.target)
    unet.add_adapter(LoraConfig(r=settings.rank, lora_alpha=settings.rank, target_modules=layers))
    weights = [weight for weight in unet.parameters() if weight.requires_grad]
    for weight in weights:
        weight.data = weight.data.float()
    optimizer = torch.optim.AdamW(weights, lr=settings.learning_rate, weight_decay=0.01)
    latents, texts = torch.stack(source.examples.latents), source.examples.texts
    hidden = torch.stack([text.hidden for text in texts]).repeat(settings.batch_size, 1, 1)
    half = model.training_precision

    def step() -> float:
        x = latents.repeat(settings.batch_size, 1, 1, 1)[: settings.batch_size].to(model.device)
        noise, times = torch.randn_like(x), torch.randint(1000, (len(x),), device=model.device)
        noisy = process.add_noise(x, noise, times).to(unet.dtype)
        with torch.autocast(model.device.type, half, enabled=half != torch.float32):
            predicted = unet(noisy, times, hidden.to(unet.dtype), return_dict=False)[0]
        loss = torch.nn.functional.mse_loss(predicted.float(), noise.float())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    return step


def seconds(step: Callable[[], Any], model: ImageModel, count: int) -> list[float]:
    """The time of each of some steps."""
    times = []
    for _ in range(count):
        started = time.perf_counter()
        step()
        if model.device.type == "cuda":
            torch.cuda.synchronize(model.device)
        times.append(time.perf_counter() - started)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="sd15")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--precision", choices=["auto", "fp32", "bf16", "fp16"], default="fp32")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=2, help="Steps of each side in a round.")
    given = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    machine = MachineSettings(precision=given.precision)
    dtype = weight_precision(device, machine.precision)
    model = random_model(load_preset(given.preset).shape, device, machine, dtype)
    settings = TuneSettings(batch_size=1, rank=16, target="attention", resolution=given.resolution)
    source = ExampleSource(model, [ExamplePicture(picture(given.resolution), "a picture")], [], settings, 0)
    times: dict[str, list[float]] = {"studio": [], "plain": []}
    for _ in range(given.rounds + 1):
        training = Training(model, source, settings, 0)
        with model.family.training_attention(device, model.training_precision):
            times["studio"] += seconds(training.advance, model, given.steps)[1:]
        del training
        detach(model)
        step = plain_loop(model, source, settings)
        times["plain"] += seconds(step, model, given.steps)[1:]
        del step
        detach(model)
    medians = {name: statistics.median(each[1:]) for name, each in times.items()}
    ratio = medians["studio"] / medians["plain"]
    print(json.dumps(told({**medians, "ratio": round(ratio, 3), "goal": GOAL, "met": ratio <= GOAL})))


if __name__ == "__main__":
    main()
