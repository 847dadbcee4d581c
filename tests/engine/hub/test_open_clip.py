"""CLIP models of the hub: repositories of open_clip, and tokenizers of known architectures."""

from pathlib import Path

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.features.open_clip_source import find_source
from tests.engine.tiny_vision import make_tiny_siglip
from tests.local_hub import LocalHub


def test_a_repository_is_pinned_without_its_pickles(hub: LocalHub, tmp_path: Path) -> None:
    folder = Path(make_tiny_siglip(tmp_path / "model"))
    (folder / "open_clip_pytorch_model.bin").write_bytes(b"pickle")
    hub.publish("owner/siglip", folder)
    revisions: dict[str, str] = {}
    embedder = load_embedder("hf-hub:owner/siglip", "cpu", revisions)
    assert revisions == {"owner/siglip": "a" * 40}
    assert not any(path.endswith(".bin") for path in hub.paths())
    (folder / "open_clip_pytorch_model.bin").unlink()
    assert np.array_equal(embedder.texts(["a cat"]), load_embedder(str(folder), "cpu").texts(["a cat"]))


def test_a_repository_of_another_kind_is_refused(hub: LocalHub, tmp_path: Path) -> None:
    folder = Path(make_tiny_siglip(tmp_path / "model"))
    (folder / "open_clip_model.safetensors").unlink()
    hub.publish("owner/siglip", folder)
    with pytest.raises(StudioError, match=r"no open_clip\*\.safetensors"):
        load_embedder("hf-hub:owner/siglip", "cpu")


def test_the_tokenizer_of_a_known_name_is_pinned(hub: LocalHub, tmp_path: Path) -> None:
    hub.publish("timm/ViT-B-16-SigLIP2", Path(make_tiny_siglip(tmp_path / "model")))
    revisions: dict[str, str] = {}
    source = find_source("ViT-B-16-SigLIP2/webli", revisions)
    assert source.options["pretrained"].endswith(".safetensors")
    tokens = source.tokenizer()(["A cat!"])
    assert tokens.shape == (1, 64) and int((tokens == 0).sum()) == 64 - len("a cat") - 1  # in lower case
    assert revisions == {"timm/ViT-B-16-SigLIP2": "a" * 40}


@pytest.mark.parametrize("name", ["hf-hub:owner/name", "ViT-B-16-SigLIP2/webli"])
def test_what_the_hub_does_not_have_is_one_sentence(hub: LocalHub, name: str) -> None:
    with pytest.raises(StudioError) as refusal:
        load_embedder(name, "cpu")
    assert "\n" not in str(refusal.value) and str(refusal.value).endswith(".")
