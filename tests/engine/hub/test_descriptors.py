"""SSCD and CSD of the hub."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.descriptors import descriptor_needs, load_descriptor
from tests.engine.conftest import noise_picture
from tests.engine.tiny_descriptors import save_csd, save_sscd, tiny_csd, tiny_sscd
from tests.local_hub import LocalHub


def test_a_repository_is_pinned_and_its_pickles_stay_there(hub: LocalHub, tmp_path: Path) -> None:
    folder = tmp_path / "csd"
    folder.mkdir()
    save_csd(folder / "model.safetensors", tiny_csd())
    save_csd(folder / "pytorch_model.bin", tiny_csd())
    hub.publish("owner/CSD", folder)
    (need,) = descriptor_needs("CSD", "owner/CSD", {})
    assert need.name == "owner/CSD" and [file.path for file in need.files] == ["model.safetensors"]
    revisions: dict[str, str] = {}
    loaded = load_descriptor("CSD", "owner/CSD", "cpu", revisions)
    assert loaded.describe([noise_picture(1)]).shape == (1, 16)
    assert revisions == {"owner/CSD": "a" * 40}
    assert not any(path.endswith(".bin") for path in hub.paths())


def test_a_repository_with_several_files_is_refused(hub: LocalHub, tmp_path: Path) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for name in ("a", "b"):
        save_sscd(folder / f"{name}.safetensors", tiny_sscd())
    hub.publish("owner/two", folder)
    with pytest.raises(StudioError, match="owner/two isn’t an SSCD model"):
        load_descriptor("SSCD", "owner/two", "cpu")
