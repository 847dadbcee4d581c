"""Tiny models, made once for all engine tests; a test that changes a model loads its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.engine.models.image_model import ImageModel, load_image_model
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline


@pytest.fixture(scope="session")
def pipeline_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_pipeline(tmp_path_factory.mktemp("models") / "v")


@pytest.fixture(scope="session")
def epsilon_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_pipeline(tmp_path_factory.mktemp("models") / "epsilon", "epsilon")


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="session")
def shared_model(pipeline_folder: Path) -> ImageModel:
    return load_image_model(pipeline_folder, device="cpu")


@pytest.fixture
def model(shared_model: ImageModel) -> Iterator[ImageModel]:
    """The tiny model; a test that leaves it changed fails."""
    before = {name: weight.clone() for name, weight in shared_model.denoiser.state_dict().items()}
    held = shared_model.machine, shared_model.device, shared_model.before_step, shared_model.solver
    yield shared_model
    assert held == (shared_model.machine, shared_model.device, shared_model.before_step, shared_model.solver)
    after = shared_model.denoiser.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.fixture(params=["v_prediction", "epsilon"])
def either_model(request: pytest.FixtureRequest, epsilon_folder: Path) -> ImageModel:
    if request.param == "epsilon":
        return load_image_model(epsilon_folder, device="cpu")
    return request.getfixturevalue("model")  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def global_generator_untouched() -> Iterator[None]:
    """Generators are always passed in: torch's and numpy's global generators must not be used."""
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    yield
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(numpy_before, np.random.get_state()[1])


def noise_picture(seed: int, width: int = 32, height: int = 32) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def soft_pictures(count: int, seed: int, side: int = 64) -> list[Image.Image]:
    """Pictures of coloured blobs, whose detail survives rescaling."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return [Image.fromarray(row).resize((side, side), Image.Resampling.BICUBIC) for row in pixels]
