"""CLIP features through open_clip."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import Embedder, load_embedder
from tests.engine.conftest import noise_picture


@pytest.fixture(scope="module")
def embedder(clip_folder: Path) -> Embedder:
    return load_embedder(f"local-dir:{clip_folder}", device="cpu")


def test_unit_rows_in_double_precision(embedder: Embedder) -> None:
    pictures = embedder.images([noise_picture(seed) for seed in range(35)])
    texts = embedder.texts(["a cat", "a dog"])
    assert (pictures.shape, texts.shape) == ((35, 32), (2, 32))
    assert pictures.dtype == texts.dtype == np.float64
    np.testing.assert_allclose(np.linalg.norm(pictures, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1.0, atol=1e-12)
    assert embedder.images([]).shape == (0, 0)


def test_agrees_with_open_clip_itself(embedder: Embedder, clip_folder: Path) -> None:
    with torch.random.fork_rng(devices=[]):
        model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{clip_folder}")
    with torch.no_grad():
        plain = model.eval().encode_image(preprocess(noise_picture(3))[None], normalize=True)
    np.testing.assert_allclose(embedder.images([noise_picture(3)]), plain.numpy(), atol=1e-6)


def test_a_texts_features_do_not_depend_on_the_others(embedder: Embedder) -> None:
    assert np.array_equal(embedder.texts(["a dog", "a cat"])[1:], embedder.texts(["a cat"]))


def test_a_text_longer_than_clip_reads(embedder: Embedder) -> None:
    assert embedder.texts(["a" * 75]).shape == (1, 32)
    with pytest.raises(StudioError, match="longer than the 77 tokens"):
        embedder.texts(["a" * 76])


@pytest.mark.parametrize("name", ["ViT-B-32", "ViT-B-32/"])
def test_a_name_without_a_tag(name: str) -> None:
    with pytest.raises(StudioError, match="NAME/TAG"):
        load_embedder(name)


def test_a_name_that_open_clip_does_not_know() -> None:
    with pytest.raises(StudioError, match="cannot be opened"):
        load_embedder("ViT-B-32/no-such-tag", device="cpu")


def test_a_directory_of_another_kind(tmp_path: Path, pipeline_folder: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path, pipeline_folder):
        for name in (f"local-dir:{folder}", str(folder)):
            with pytest.raises(StudioError, match="not an open_clip directory"):
                load_embedder(name)


def test_broken_weights(tmp_path: Path, clip_folder: Path) -> None:
    for file in clip_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"broken")
    with pytest.raises(StudioError, match="cannot be opened"):
        load_embedder(f"local-dir:{tmp_path}", device="cpu")
