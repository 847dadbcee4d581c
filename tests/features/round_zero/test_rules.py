"""What the form says of an image adapter's encoder before a project starts."""

import json
from pathlib import Path
from typing import Any

import pytest

from gal_studio.assets import assets_folder, load_preset, load_shape
from gal_studio.core.memory.references import ImageEncoder
from gal_studio.core.settings import ReferenceSettings
from gal_studio.features.round_zero import rules
from gal_studio.features.round_zero.rules import VIT_BIG_G, VIT_H, image_encoder_of
from gal_studio.studio.create import plan
from gal_studio.studio.create.plan import RoundPlan, fitted, plan_round
from gal_studio.studio.device import Device
from tests.studio.create.test_plan import sized

H94 = "h94/IP-Adapter"
BIG = f"{H94}/sdxl_models/ip-adapter_sdxl.safetensors"


@pytest.fixture(autouse=True)
def everything_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "missing_packages", frozenset)


def told(monkeypatch: pytest.MonkeyPatch, preset: str, here: Device, adapter: str, **more: Any) -> RoundPlan:
    chosen = load_preset(preset)
    monkeypatch.setattr(plan, "this_device", lambda: here)
    settings = fitted(chosen, "style", here).adopting({"references": {"adapter": adapter}, **more})
    return plan_round(None, load_shape(chosen.shape), chosen.base_model, settings, "style")


def encoder(adapter: str) -> ImageEncoder | None:
    return image_encoder_of(ReferenceSettings(adapter=adapter))


@pytest.mark.parametrize(
    ("adapter", "expected"),
    [
        ("", None),
        ("native", None),
        ("assets:pocket/adapter with assets:pocket/vision", None),
        (H94, VIT_H),
        (f"{H94}/models/ip-adapter_sd15.safetensors", VIT_H),
        (f"{H94}/sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", VIT_H),
        (BIG, VIT_BIG_G),
        (f"hqhQAQ/PatchDPO with {H94}", VIT_H),
    ],
)
def test_published_adapters_are_known_by_name(adapter: str, expected: ImageEncoder | None) -> None:
    assert encoder(adapter) == expected


def configured(folder: Path, width: int) -> Path:
    folder.mkdir(parents=True)
    names = ("intermediate_size", "num_hidden_layers", "num_attention_heads", "patch_size", "image_size")
    written = {"hidden_size": width, "projection_dim": 8, **dict.fromkeys(names, 4)}
    (folder / "config.json").write_text(json.dumps({"projection_dim": 8, "vision_config": written}))
    return folder


def test_that_of_a_folder_is_read(tmp_path: Path) -> None:
    inside = configured(tmp_path / "models" / "image_encoder", 16)
    configured(tmp_path / "sdxl_models" / "image_encoder", 32)
    for adapter, width in (
        (str(tmp_path), 16),
        (str(tmp_path / "sdxl_models" / "ip-adapter_sdxl.safetensors"), 32),
        (str(tmp_path / "sdxl_models" / "ip-adapter_sdxl_vit-h.safetensors"), 16),
        (f"{H94} with {inside}", 16),
        (f"{H94} with {tmp_path}", 16),
    ):
        assert encoder(adapter) == ImageEncoder(width, 4, 4, 4, 4, 4, 8), adapter
    assert encoder(f"{tmp_path} with {assets_folder() / 'pocket' / 'vision'}") is None
    (inside / "config.json").write_text("{")
    assert encoder(f"{H94} with {inside}") == VIT_H


def test_the_sentence_counts_it_on_the_device_or_in_main_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    large = told(monkeypatch, "sdxl", sized(24), BIG).sentence
    assert ", 11.7 GB for Round 0, of which 3.5 GB for the image encoder); this GPU: " in large
    small = told(monkeypatch, "sdxl", sized(8), BIG)
    assert "Needs about 6.9 GB (" in small.sentence and not (small.doubt or small.warning)
    assert ", 6.9 GB for Round 0, whose image encoder takes 3.5 GB of main memory);" in small.sentence
    monkeypatch.setattr(rules, "main_memory_free", lambda: 1 << 30)
    assert told(monkeypatch, "sdxl", sized(8), BIG).warning == (
        "Only 1.0 GB of main memory are free now and the adapter's image encoder needs 3.5 GB: close other "
        "programs before you start."
    )
    assert "Round 0" not in told(monkeypatch, "sdxl", sized(8), "").sentence


def test_a_processor_holds_it_beside_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = told(monkeypatch, "sd15", sized(16, kind="cpu"), H94)
    assert "7.4 GB for Round 0, of which 2.4 GB" in fits.sentence and not fits.warning
    busy = told(monkeypatch, "sd15", sized(16, free=6.5, kind="cpu"), H94).warning
    assert busy.startswith("Only 6.5 GB are free now and Round 0 needs 6.9 GB: close")
    doubt = told(monkeypatch, "sd15", sized(8, kind="cpu"), H94).doubt
    assert doubt.startswith("This GPU has 8.0 GB of memory, and Round 0 needs 6.9 GB with this adapter's")


def test_base_weights_of_integers_draw_no_round_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    integers = told(monkeypatch, "sdxl", sized(24), H94, machine={"base": "int8"})
    assert integers.doubt.startswith(
        "Round 0 cannot generate with base weights of 8-bit integers: choose plain"
    )
