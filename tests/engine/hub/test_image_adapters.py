"""Image adapters of the hub: the one that fits and its image encoder are downloaded, and nothing else."""

import shutil
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.reference_adapter import load_adapter
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.local_hub import LocalHub


def test_the_adapter_and_its_encoder_are_downloaded(hub: LocalHub, tmp_path: Path) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "base"), device="cpu")
    folder = make_tiny_adapters(tmp_path / "h94", model)
    hub.publish("h94/IP-Adapter", folder)
    pins: dict[str, str] = {}
    adapter = load_adapter("h94/IP-Adapter", model, pins)
    assert (adapter.kind, pins) == ("plus", {"h94/IP-Adapter": "a" * 40})
    inside = (path.partition("h94/IP-Adapter/")[2] for path in hub.paths())
    names = {path.removeprefix(f"resolve/{'a' * 40}/") for path in inside}
    assert names == {
        "models/ip-adapter-plus_sd15.safetensors",
        "models/image_encoder/config.json",
        "models/image_encoder/model.safetensors",
    }
    sent = hub.sent
    assert load_adapter("h94/IP-Adapter", model, pins).kind == "plus" and hub.sent == sent
    one = load_adapter("h94/IP-Adapter/models/ip-adapter_sd15.bin", model, pins)
    assert one.kind == "plain" and hub.sent > sent


def test_an_encoder_of_another_repository(hub: LocalHub, tmp_path: Path) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "base"), device="cpu")
    folder = make_tiny_adapters(tmp_path / "h94", model)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.move(folder / "models" / "ip-adapter-plus_sd15.bin", alone / "model.bin")
    hub.publish("hqhQAQ/PatchDPO", alone)
    hub.publish("h94/IP-Adapter", folder)
    with pytest.raises(StudioError, match=r"has no image encoder with safetensors weights"):
        load_adapter("hqhQAQ/PatchDPO", model, {})
    pins: dict[str, str] = {}
    adapter = load_adapter("hqhQAQ/PatchDPO with h94/IP-Adapter", model, pins)
    assert adapter.kind == "plus" and pins.keys() == {"hqhQAQ/PatchDPO", "h94/IP-Adapter"}
    assert not any("ip-adapter" in path.rpartition("/")[2] for path in hub.paths())
