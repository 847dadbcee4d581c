"""The program for ten minutes on a GPU runs on tiny models: every part, every family, one row each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gal_studio.assets import load_preset
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image
from workshop.benchmarks.real_size.gpu_steps import PARTS, Asked, parts

pytestmark = pytest.mark.thorough

MADE: dict[str, Callable[[Path], Path]] = {
    "sd15": make_tiny_pipeline,
    "sdxl": make_tiny_xl_pipeline,
    "flux2-klein": make_tiny_klein,
    "z-image": make_tiny_z_image,
}
TINY: dict[str, Any] = {
    "tune": {"resolution": 64, "rank": 2, "batch_size": 1},
    "generation": {"resolution": 64, "steps": 4},
    "refine": {"batch_size": 2},
    "machine": {"precision": "fp32"},
}


@pytest.mark.parametrize("preset", MADE)
def test_each_family_goes_through_every_part(preset: str, tmp_path: Path) -> None:
    settings = load_preset(preset).settings["style"].updated(TINY)
    folder = MADE[preset](tmp_path / "model")
    asked = Asked(preset, settings, torch.device("cpu"), str(folder), trained=3, refined=2)
    rows = list(parts(asked, tmp_path))
    assert (
        tuple(row["part"] for row in rows)
        == PARTS
        == ("build", "train", "ladder", "score", "refine", "export")
    )
    assert all(row["finite"] and row["seconds"] >= 0 for row in rows)
    plans = {row["part"]: row["plan"] for row in rows}
    assert plans["train"] > 0 and plans["ladder"] > 0
    assert plans["refine"] > plans["train"]  # both images of two pairs, and the round's examples
    assert rows[PARTS.index("refine")]["note"] == "a step, 8 images at a time"
    assert rows[-1]["note"] in {f"loaded back, images differ by {apart} of 255" for apart in (0, 1, 2)}
