"""Tiny models that read LoRAs, and short texts for klein."""

import pytest

from gal_studio.engine.models.image_model import ImageModel, load_image_model
from tests.engine.tiny_models import FAMILIES
from tests.short_texts import short_texts

__all__ = ["short_texts"]


def opens(family: str, folders: pytest.TempPathFactory) -> ImageModel:
    return load_image_model(FAMILIES[family](folders.mktemp("model")), device="cpu")


@pytest.fixture(scope="module", params=FAMILIES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return opens(request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def unet(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return opens("sd1", tmp_path_factory)


@pytest.fixture(scope="module")
def klein(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return opens("klein", tmp_path_factory)


@pytest.fixture(scope="module")
def z_image(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return opens("z-image", tmp_path_factory)
