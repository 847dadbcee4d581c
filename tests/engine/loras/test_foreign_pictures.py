"""A LoRA from elsewhere draws the same picture in the studio as in the stock pipeline, from the same file."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from safetensors.torch import save_file

from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.loras.foreign import attach_foreign
from gal_studio.engine.loras.layers import named_tensors
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.engine.loras.foreign_files import Made, lora_file
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.stock import stock_pictures, stock_pipeline, with_our_solver
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import random_layers

SETTINGS = GenerationSettings(steps=2, guidance_scale=1.0, batch_size=1, resolution=64)
REQUESTS = [DrawRequest("A long tie", 6)]
TUNE = TuneSettings(rank=64, target="all")
SIZE = {"sd1": 0.1, "sdxl": 0.1, "klein": 0.5, "z-image": 0.1}
"""Of the drawn factors, so that pictures change, and are no noise."""
UNET = ("diffusers, unet", "diffusers of old", "kohya")
READ = {
    "sd1": UNET,
    "sdxl": UNET,
    "klein": ("diffusers, transformer", "peft", "form kohya", "form comfyui", "form invokeai"),
    "z-image": (
        *("diffusers, transformer", "ai-toolkit", "kohya", "ComfyUI's trainer"),
        *("form kohya", "form comfyui"),
    ),
}
"""What diffusers reads of each family; of other namings it takes no layer, or refuses them."""
CASES = [(family, naming) for family, namings in READ.items() for naming in namings]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[ImageModel, Path]]:
    """Makes a family's model the first time that it is asked for."""

    @functools.cache
    def make(family: str) -> tuple[ImageModel, Path]:
        folder = FAMILIES[family](tmp_path_factory.mktemp(family))
        return load_image_model(folder, device="cpu"), folder

    return make


def stock(model: ImageModel, folder: Path, lora: Path) -> list[Image.Image]:
    """The pictures of a pipeline that diffusers loads itself, with the LoRA as any user of it loads one."""
    pipeline = with_our_solver(stock_pipeline(folder), model, SETTINGS)
    pipeline.load_lora_weights(str(lora.parent), weight_name=lora.name)
    return stock_pictures(pipeline, REQUESTS, SETTINGS)


def studio(model: ImageModel, lora: Path | None) -> list[Image.Image]:
    if lora is None:
        return pictures(model, REQUESTS, SETTINGS)
    attach_foreign(model, lora, TUNE)
    try:
        return pictures(model, REQUESTS, SETTINGS)
    finally:
        detach(model)


def made_of(model: ImageModel, naming: str) -> Made:
    """A file in one of `NAMES`, or in one of the studio's own forms."""
    kind, _, form = naming.partition(" ")
    if kind == "form":
        names, part = model.family.lora_names, model.family.part
        return Made(named_tensors(random_layers(model), part, names, find_form(form)))
    return lora_file(model, naming, alpha=3.0)


def written(made: Made, size: float, folder: Path) -> Path:
    tensors = {
        name: (tensor * size if tensor.dim() > 1 else tensor).contiguous()
        for name, tensor in made.tensors.items()
    }
    save_file(tensors, folder / "other.safetensors", metadata=made.metadata or None)
    return folder / "other.safetensors"


@pytest.mark.parametrize(("family", "naming"), CASES)
def test_the_studio_draws_as_the_stock_pipeline(
    opened: Callable[[str], tuple[ImageModel, Path]], family: str, naming: str, tmp_path: Path
) -> None:
    """The LoRA is computed beside the weights in both; sums in another order move a channel by 1 of 255."""
    model, folder = opened(family)
    path = written(made_of(model, naming), SIZE[family], tmp_path)
    (ours,), (theirs,), (plain,) = studio(model, path), stock(model, folder, path), studio(model, None)
    assert difference(ours, theirs) <= 1
    assert difference(ours, plain) > 2, "the LoRA changes the image"
