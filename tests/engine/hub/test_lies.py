"""A hub or model folder whose names lead elsewhere, or that claims impossible sizes. Each is one sentence."""

import json
import os
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.transfer import fetch
from gal_studio.engine.models.image_model import load_image_model
from tests.engine.hub.test_download import COMMIT, NAME, needed
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


@pytest.mark.parametrize("lie", REFUSED)
def test_what_a_hub_tells_of_a_repository_leads_nowhere(hub: LocalHub, folder: Path, lie: str) -> None:
    hub.publish(NAME, folder, COMMIT)
    hub.told = REFUSED[lie]
    with pytest.raises(StudioError) as refused:
        fetch(needed())
    assert "\n" not in str(refused.value)
    assert not list(hub.cache.parent.rglob("*elsewhere*")) and not Path("/elsewhere").exists()
    assert not hub.paths(), "nothing is downloaded"


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
