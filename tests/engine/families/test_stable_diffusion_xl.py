"""An SDXL pipeline: two text encoders, pooled text features and size conditions."""

from pathlib import Path

import pytest

from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import AdapterCard, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest, starting_noise
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from tests.engine.conftest import noise_picture
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.tiny import make_tiny_xl_pipeline

DRAW = GenerationSettings(steps=3, guidance_scale=3.0, batch_size=2)
REQUEST = DrawRequest("A cat in a style", 5)


@pytest.fixture(scope="module")
def xl(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return load_image_model(make_tiny_xl_pipeline(tmp_path_factory.mktemp("models") / "xl"), device="cpu")


def test_agrees_with_the_stock_pipeline(xl: ImageModel) -> None:
    from diffusers import DPMSolverMultistepScheduler

    assert (xl.family.name, xl.resolution) == ("sdxl", 32)
    kept = xl.family.pipeline.scheduler
    xl.family.pipeline.scheduler = DPMSolverMultistepScheduler.from_config(
        kept.config, timestep_spacing="linspace"
    )
    noise = starting_noise(xl, REQUEST.seed, 32)
    options = {"height": 32, "width": 32, "num_inference_steps": 3, "guidance_scale": 3.0, "latents": noise}
    plain = xl.family.pipeline(REQUEST.prompt, **options).images[0]
    xl.family.pipeline.scheduler = kept
    assert difference(plain, pictures(xl, [REQUEST], DRAW)[0]) <= 1


def test_trains_saves_and_draws(xl: ImageModel, tmp_path: Path) -> None:
    before = pictures(xl, [REQUEST], DRAW)[0]
    example = ExamplePicture(noise_picture(1, 48, 32), REQUEST.prompt, 1.0)
    settings = TuneSettings(steps=3, batch_size=2, rank=2, learning_rate=0.1)
    assert len(list(fine_tune(xl, [example], [], settings, seed=0))) == 3
    path = save_adapter(xl, tmp_path / "adapter.safetensors", AdapterCard("in a style", "xl", 1, 0))
    with drawing(xl, path):
        assert difference(before, pictures(xl, [REQUEST], DRAW)[0]) > 2
    assert difference(before, pictures(xl, [REQUEST], DRAW)[0]) == 0
