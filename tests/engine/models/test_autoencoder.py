"""An autoencoder is opened alone, gives the picture back that training would see, and is never downloaded."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.memory.slicing import tiling
from gal_studio.engine.models.autoencoder import load_autoencoder
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.training.latents import encode_picture
from tests.engine.conftest import soft_pictures
from tests.engine.tiny_flows import make_tiny_krea, make_tiny_qwen_image


def encoded(model: ImageModel, picture: Image.Image, side: int) -> tuple[torch.Tensor, np.ndarray]:
    """The latent on which a training learns a picture, and the pixels that it stands for."""
    latent = encode_picture(model, picture, (side, side))
    pixels = model.family.decode(latent[None])[0]
    return latent, ((pixels / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).numpy()


def test_what_comes_back_is_what_training_encodes(pipeline_folder: Path, model: ImageModel) -> None:
    opened = load_autoencoder(str(pipeline_folder))
    assert (opened.scale, opened.resolution) == (model.scale, model.resolution)
    picture = soft_pictures(1, seed=3)[0].resize((90, 61))
    given, returned = opened.returned(picture)
    assert given.shape == returned.shape == (32, 48, 3)
    assert np.abs(returned - encoded(model, picture, model.resolution)[1]).max() <= 1


def test_a_hub_model_is_not_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket

    monkeypatch.setattr(socket.socket, "connect", Mock(side_effect=AssertionError("the network was used")))
    with pytest.raises(StudioError, match="not on this machine"):
        load_autoencoder("stable-diffusion-v1-5/not-here")
    with pytest.raises(StudioError, match="not on this machine"):
        load_autoencoder(str(tmp_path / "nothing"))


def test_a_long_picture_comes_back_in_tiles(pipeline_folder: Path) -> None:
    opened = load_autoencoder(str(pipeline_folder))
    opened.returned(Image.new("RGB", (40, 40), (200, 30, 40)))
    assert not opened.module.use_tiling
    given, returned = opened.returned(Image.new("RGB", (40 * 20, 40), (200, 30, 40)))
    assert given.shape == returned.shape and opened.module.use_tiling


def test_weights_that_give_no_picture_are_refused(pipeline_folder: Path) -> None:
    opened = load_autoencoder(str(pipeline_folder))
    with torch.no_grad():
        opened.module.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(StudioError, match="gives no image back"):
        opened.returned(Image.new("RGB", (40, 40), (200, 30, 40)))


@pytest.mark.parametrize(("make", "scale"), [(make_tiny_krea, 4), (make_tiny_qwen_image, 16)])
def test_an_autoencoder_of_videos_gives_a_picture_back(
    make: Callable[[Path], Path], scale: int, tmp_path: Path
) -> None:
    folder = make(tmp_path / "model")
    opened, model = load_autoencoder(str(folder)), load_image_model(folder, device="cpu")
    assert opened.scale == model.scale == scale
    picture = soft_pictures(1, seed=3)[0]
    given, returned = dataclasses.replace(opened, resolution=64).returned(picture)
    assert given.shape == returned.shape == (64, 64, 3)
    latent, expected = encoded(model, picture, 64)
    assert latent.shape == (4, 64 // scale, 64 // scale)
    assert np.abs(returned - expected).max() <= 1


def test_an_autoencoder_of_videos_works_in_tiles_that_meet(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_krea(tmp_path / "krea"), device="cpu")
    with torch.no_grad():
        whole = model.family.decode(torch.zeros(1, 4, 24, 24))
        with tiling(model, 24):
            assert model.autoencoder.use_tiling and model.autoencoder.tile_sample_min_height == 48
            tiled = model.family.decode(torch.zeros(1, 4, 24, 24))
            assert model.family.encode(whole).shape == (1, 4, 24, 24)
    assert tiled.shape == whole.shape == (1, 3, 96, 96)
    assert not model.autoencoder.use_tiling and model.autoencoder.tile_sample_min_height == 256
