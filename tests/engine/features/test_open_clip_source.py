"""CLIP models in folders, SigLIP 2 among them; pickles and other kinds are refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.patches.loading import load_vision
from tests.engine.conftest import noise_picture
from tests.engine.tiny_vision import make_tiny_siglip, make_tiny_transformer


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(make_tiny_siglip(tmp_path_factory.mktemp("siglip") / "model"))


def test_a_siglip_agrees_with_open_clip_itself(siglip: Path) -> None:
    embedder = load_embedder(str(siglip), "cpu")
    with torch.random.fork_rng(devices=[]):
        model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{siglip}")
    tokens = open_clip.get_tokenizer(f"local-dir:{siglip}")(["a cat"])
    with torch.no_grad():
        picture = model.eval().encode_image(preprocess(noise_picture(3))[None], normalize=True)
        text = model.encode_text(tokens, normalize=True)
    np.testing.assert_allclose(embedder.images([noise_picture(3)]), picture.numpy(), atol=1e-6)
    np.testing.assert_allclose(embedder.texts(["a cat"]), text.numpy(), atol=1e-6)
    assert load_vision("clip", str(siglip), "cpu").patches([noise_picture(3)]).shape[:3] == (1, 16, 16)


def test_a_prompt_that_a_siglip_would_cut_is_refused(siglip: Path) -> None:
    embedder = load_embedder(str(siglip), "cpu")
    assert embedder.texts(["a" * 15]).shape == (1, 64)  # and the end
    for length in (16, 17, 40):
        with pytest.raises(StudioError, match="longer than the 16 tokens"):
            embedder.texts(["a" * length])


def test_pickles_are_refused(siglip: Path, tmp_path: Path) -> None:
    both = tmp_path / "both"
    shutil.copytree(siglip, both)
    (both / "open_clip_pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(StudioError, match="can run code when it is loaded: remove it"):
        load_embedder(str(both), "cpu")
    (both / "open_clip_model.safetensors").unlink()
    with pytest.raises(StudioError, match="convert it to safetensors"):
        load_embedder(str(both), "cpu")


def test_a_model_of_transformers_is_named(tmp_path: Path) -> None:
    folder = make_tiny_transformer(tmp_path / "siglip", "siglip")
    with pytest.raises(StudioError, match="holds a siglip_vision_model model of transformers"):
        load_embedder(folder, "cpu")
    (tmp_path / "siglip" / "config.json").write_text(json.dumps([]))
    with pytest.raises(StudioError, match=r"safetensors weights\.$"):
        load_embedder(folder, "cpu")
