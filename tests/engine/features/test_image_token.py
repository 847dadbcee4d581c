"""The image token of DINO-like models, as the DINO metric compares it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.image_token import load_image_token
from gal_studio.engine.features.pretrained_vision import IMAGENET_MEAN, IMAGENET_STD
from tests.engine.conftest import soft_pictures
from tests.engine.tiny_vision import make_tiny_transformer


def test_it_is_the_first_token_of_the_published_crop(tmp_path: Path) -> None:
    """The shorter side 256 / 224 of the crop, bicubic, the middle of it, ImageNet's statistics."""
    from transformers import ViTModel

    name = make_tiny_transformer(tmp_path / "dino", "vit")
    picture = soft_pictures(1, 2, side=300)[0].resize((300, 200))
    side = 128  # 16 patches of 8
    shorter = round(side * 256 / 224)
    resized = picture.resize((int(shorter * 300 / 200), shorter), Image.Resampling.BICUBIC)
    left, top = round((resized.width - side) / 2), round((resized.height - side) / 2)
    pixels = np.asarray(resized.crop((left, top, left + side, top + side)), dtype=np.float32) / 255
    pixels = (pixels - np.array(IMAGENET_MEAN, np.float32)) / np.array(IMAGENET_STD, np.float32)
    model = ViTModel.from_pretrained(name).eval()
    with torch.no_grad():
        said = model(torch.from_numpy(pixels).permute(2, 0, 1)[None], interpolate_pos_encoding=True)
    expected = said.last_hidden_state[0, 0].double().numpy()
    found = load_image_token(name, "cpu").images([picture, picture])
    assert found.shape == (2, 32) and found.dtype == np.float64
    np.testing.assert_allclose(found[0], expected / np.linalg.norm(expected), atol=1e-5)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


@pytest.mark.parametrize("kind", ["dinov2", "registers", "dinov3", "test_vit"])
def test_other_models_with_an_image_token(kind: str, tmp_path: Path) -> None:
    embedder = load_image_token(make_tiny_transformer(tmp_path / kind, kind), "cpu")
    found = embedder.images(soft_pictures(3, 1))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    assert found[0] @ found[1] < 0.9999
    assert embedder.images([]).shape == (0, 0)


@pytest.mark.parametrize("kind", ["siglip", "resnet"])
def test_models_without_one_are_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has no image token"):
        load_image_token(make_tiny_transformer(tmp_path / kind, kind), "cpu")


def test_pickles_and_other_folders_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "dino"
    make_tiny_transformer(folder, "vit")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(StudioError, match=r"its weights are pytorch_model\.bin, a file type that can run"):
        load_image_token(str(folder), "cpu")
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(StudioError, match="it has no safetensors weights"):
        load_image_token(str(folder), "cpu")
    (folder / "config.json").unlink()
    with pytest.raises(StudioError, match=r"there is no config\.json in it"):
        load_image_token(str(folder), "cpu")
