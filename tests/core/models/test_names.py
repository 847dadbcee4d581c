"""Names of base models."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import (
    CheckpointName,
    checkpoint_name,
    is_calibrated,
    public_name,
    public_settings,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file", "pipeline"),
    [
        ("/m/a.safetensors", "/m/a.safetensors", ""),
        ("/m/a.safetensors with owner/model", "/m/a.safetensors", "owner/model"),
        ("with/a b.safetensors with ./my folder", "with/a b.safetensors", "./my folder"),
    ],
)
def test_a_checkpoint_may_name_its_pipeline(name: str, file: str, pipeline: str) -> None:
    assert checkpoint_name(name) == CheckpointName(file, pipeline)
    assert str(CheckpointName(file, pipeline)) == name


@pytest.mark.parametrize("name", ["owner/model", "/m/folder", "assets:pocket/pipeline", "./with folder"])
def test_other_names_are_no_checkpoints(name: str) -> None:
    assert checkpoint_name(name) is None


@pytest.mark.parametrize("name", ["/m/a.ckpt", "b.PT", "/m/weights.bin"])
def test_pickles_are_refused(name: str) -> None:
    with pytest.raises(StudioError, match="is a pickle, which can run any program"):
        checkpoint_name(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("owner/model", "owner/model"),
        ("assets:pocket/pipeline", "pocket (bundled with GAL Studio)"),
        ("/home/ada/models/ink", "ink"),
        ("~/ink/", "ink"),
        ("C:\\models\\ink", "ink"),
        ("/home/ada/ink.safetensors with /home/ada/klein", "ink.safetensors with klein"),
        ("ink.safetensors with owner/model", "ink.safetensors with owner/model"),
    ],
)
def test_names_that_leave_this_computer(name: str, shown: str) -> None:
    assert public_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("local-dir:/home/ada/tower", "local-dir:tower"),
        (r"local-dir:C:\Users\ada\tower", "local-dir:tower"),
        ("assets:pocket/vision", "assets:pocket/vision"),
        ("facebook/dinov2-small", "facebook/dinov2-small"),
        ("clip", "clip"),
    ],
)
def test_settings_that_leave_this_computer_name_no_folder_of_it(name: str, shown: str) -> None:
    given = {"adapter": "/home/ada/mine with h94/IP-Adapter", "strength": 0.5}
    fast = {"fast_model": "/home/ada/turbo", "speed_lora": "/home/ada/lcm.safetensors", "steps": 5}
    settings = {
        "refine": {"vision_model": name, "mix": 1.0},
        "tune": {},
        "references": given,
        "generation": fast,
    }
    assert public_settings(settings) == {
        "refine": {"vision_model": shown, "mix": 1.0},
        "tune": {},
        "references": {"adapter": "mine with h94/IP-Adapter", "strength": 0.5},
        "generation": {"fast_model": "turbo", "speed_lora": "lcm.safetensors", "steps": 5},
    }


@pytest.mark.parametrize(
    ("clip", "vision", "known"),
    [
        ("assets:pocket/clip", "", True),
        ("local-dir:assets:pocket/clip", "clip", True),  # as the preset names it
        ("assets:pocket/clip", "assets:pocket/vision", True),
        ("assets:pocket/clip", "facebook/dinov2-base", False),
        ("ViT-B-32/openai", "assets:pocket/vision", False),
    ],
)
def test_the_rules_are_calibrated_for_the_bundled_models(clip: str, vision: str, known: bool) -> None:
    assert is_calibrated(clip, vision) is known
