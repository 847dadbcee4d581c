"""The licence of a base model is what its card says; the table of known ones is for copies without a card."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from gal_studio.features.exports.engine import base_model
from gal_studio.features.exports.engine.base_model import licence_of

KNOWN = "Tongyi-MAI/Z-Image"


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What `inspect` finds: files in this folder."""
    model = SimpleNamespace(folder=tmp_path, checkpoint=None)
    monkeypatch.setattr(base_model, "inspect", lambda *_: model)
    return model


def card(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(f"---\n{text}\n---\n# A model\n")


def test_the_card_of_a_download_says_it(found: SimpleNamespace) -> None:
    assert licence_of(KNOWN, {}, True) == "Apache-2.0"
    card(found.folder, "tags: [text-to-image]")
    assert licence_of(KNOWN, {}, True) == "Apache-2.0"
    card(found.folder, "license: openrail++")
    assert licence_of(KNOWN, {}, True) == "openrail++"
    card(found.folder, "license: other\nlicense_name: flux-non-commercial-license")
    assert licence_of(KNOWN, {}, True) == "flux-non-commercial-license"
    card(found.folder, "license: [broken")
    assert licence_of("owner/unknown", {}, True) == ""


def test_a_checkpoint_has_a_licence_of_its_own(found: SimpleNamespace, tmp_path: Path) -> None:
    """Not that of the pipeline that lends it the other parts."""
    card(found.folder, "license: openrail++")
    weights: dict[str, Any] = {"weight": np.zeros(1, np.float32)}
    found.checkpoint = tmp_path / "mine.safetensors"
    save_file(weights, found.checkpoint)
    assert licence_of(str(found.checkpoint), {}, True) == ""
    save_file(weights, found.checkpoint, {"modelspec.license": "CC-BY-4.0"})
    assert licence_of(str(found.checkpoint), {}, True) == "CC-BY-4.0"
