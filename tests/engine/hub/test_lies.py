"""A hub or a model folder that lies: names, commits, sizes, places, no end. Each is one sentence."""

import json
import os
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub import repository
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.hub.transfer import check_place, fetch
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.models.one_file import read_one_file
from gal_studio.engine.saving import opened_tensors
from tests.engine.hub.test_download import COMMIT, NAME
from tests.engine.tiny import make_tiny_pipeline
from tests.local_hub import LocalHub


def listed(path: Any, size: Any = 2) -> dict[str, Any]:
    return {"siblings": [{"rfilename": path, "size": size, "blobId": "0" * 40}]}


REFUSED: dict[str, dict[str, Any]] = {
    "a commit that leads up": {"sha": "../../../../elsewhere"},
    "a name that leads up": listed("unet/../../../../elsewhere.json"),
    "a name of Windows": listed("..\\elsewhere.json"),
    "a size that is none": listed("a.json", "many"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_pipeline(tmp_path_factory.mktemp("published") / "tiny")


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "model"))


def needed() -> MissingFiles:
    need = inspect(NAME, {}, half=False).need
    assert need is not None
    return need


@pytest.mark.parametrize("lie", REFUSED)
def test_what_a_hub_tells_of_a_repository_leads_nowhere(hub: LocalHub, folder: Path, lie: str) -> None:
    hub.publish(NAME, folder, COMMIT)
    hub.told = REFUSED[lie]
    with pytest.raises(StudioError) as refused:
        fetch(needed())
    assert "\n" not in str(refused.value)
    assert not list(hub.cache.parent.rglob("*elsewhere*")) and not Path("/elsewhere").exists()
    assert not hub.paths(), "nothing is downloaded"


def test_what_a_hub_tells_has_an_end(hub: LocalHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.publish(NAME, folder, COMMIT)
    hub.talks = 1 << 16
    monkeypatch.setattr(repository, "LARGEST_ANSWER", 1 << 20)
    with pytest.raises(StudioError, match="tells more of owner/tiny than 1 MB"):
        needed()
    assert hub.sent < 1 << 26


def test_a_public_hub_sends_nobody_elsewhere_than_to_the_web() -> None:
    for place in (
        "https://127.0.0.1/x",
        "https://localhost/x",
        "http://cdn.example.com/x",
        "file:///etc/passwd",
    ):
        with pytest.raises(StudioError, match="not a place on the web"):
            check_place(place, "https://huggingface.co/a/b")
    check_place("https://cdn.example.com/x", "https://huggingface.co/a/b")
    check_place("http://127.0.0.1/x", "http://127.0.0.1:8000/a/b")


def weights(path: Path, size: int, told: int | None = None) -> None:
    """A file without content whose header claims a tensor of this many bytes, or to be so long itself."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    path.write_bytes(struct.pack("<Q", told or len(header)) + header)
    if told is None:
        os.truncate(path, 8 + len(header) + size)


@pytest.mark.parametrize("told", [None, (1 << 64) - 1])
def test_weights_that_claim_64_gb_are_one_sentence(copied: Path, told: int | None) -> None:
    (path,) = (copied / "unet").glob("*.safetensors")
    weights(path, 1 << 36, told)
    with pytest.raises(StudioError) as refused:
        load_image_model(str(copied), device="cpu")
    assert "\n" not in str(refused.value)


def test_what_cannot_be_mapped_is_an_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RuntimeError("unable to mmap 68719476736 bytes from file: Cannot allocate memory (12)")

    weights(tmp_path / "model.safetensors", 8)
    monkeypatch.setattr("safetensors.safe_open", refuse)
    with pytest.raises(OSError, match="cannot be mapped"), opened_tensors(tmp_path / "model.safetensors"):
        pass
    with pytest.raises(StudioError, match="is damaged"):
        read_one_file(tmp_path / "model.safetensors")


def test_an_index_names_no_file_outside(copied: Path) -> None:
    (path,) = (copied / "unet").glob("*.safetensors")
    path.unlink()
    index = {"metadata": {}, "weight_map": {"w": "../../elsewhere.safetensors"}}
    (copied / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(StudioError, match="outside of its folder"):
        load_image_model(str(copied), device="cpu")


def test_a_pipeline_has_no_part_outside(copied: Path) -> None:
    index = copied / "model_index.json"
    index.write_text(
        json.dumps({**json.loads(index.read_text()), "../../elsewhere": ["diffusers", "AutoencoderKL"]})
    )
    with pytest.raises(StudioError, match="names a part outside of its folder"):
        load_image_model(str(copied), device="cpu")
