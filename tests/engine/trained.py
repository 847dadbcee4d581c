"""Pictures, settings and helpers shared by the training tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file

from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.loras.layers import Factors, named_tensors
from gal_studio.engine.models.adapters import attach_lora, detach, targeted_layers, trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Run
from tests.engine.conftest import noise_picture

SETTINGS = TuneSettings(steps=6, batch_size=2, rank=2, checkpoint_every=3)
EXAMPLES = [
    ExamplePicture(noise_picture(1), "A cat in a style", 1.0),
    ExamplePicture(noise_picture(2), "A tie in a style", 0.3),
]
PRIOR = [ExamplePicture(noise_picture(seed), "a photo of a cat") for seed in (3, 4)]


def attach_random(model: ImageModel, settings: TuneSettings, size: float = 0.1, seed: int = 0) -> None:
    """A LoRA or LoKr of random factors, so that it changes pictures and predictions."""
    generator = torch.Generator().manual_seed(seed)
    attach_lora(model, settings, generator)
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.copy_(torch.randn(weight.shape, generator=generator) * size)


def random_layers(
    model: ImageModel, rank: int = 2, target: str = "attention", size: float = 1.0
) -> dict[str, Factors]:
    """Factors for these layers, as another trainer would make them."""
    generator, made = torch.Generator().manual_seed(1), {}
    for name, layer in targeted_layers(model.denoiser, model.family.lora_layers(target)).items():
        out, *inputs = layer.weight.shape
        made[name] = Factors(
            torch.randn((rank, *inputs), generator=generator) * size,
            torch.randn((out, rank, *(1 for _ in inputs[1:])), generator=generator) * size,
        )
    return made


def write_kohya(
    model: ImageModel, made: dict[str, Factors], path: Path, header: dict[str, str] | None = None
) -> None:
    family = model.family
    save_file(named_tensors(made, family.part, family.lora_names, find_form("kohya")), path, header)


def result(model: ImageModel) -> dict[str, torch.Tensor]:
    """Return the trained weights, and restore the base model."""
    weights = {name: weight.detach().clone() for name, weight in trainable(model).items()}
    detach(model)
    return weights


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def check_resume(
    model: ImageModel, begin: Callable[[Run], Iterator[TuneEvent]], path: Path, stop_after: int = 4
) -> None:
    """A training that is stopped and goes on has the losses and weights of a whole one, bit for bit."""
    whole = [event.loss for event in begin(Run())]
    expected = result(model)
    events = begin(Run(checkpoint=lambda state: state.save(path)))
    first = [next(events).loss for _ in range(stop_after)]
    events.close()  # with a checkpoint
    rest = [event.loss for event in begin(Run(resume_from=path))]
    assert first + rest == whole
    assert same(result(model), expected)
