"""A picture that was drawn again is marked in the store and in the page."""

from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel

from gal_studio.engine.models import devices
from gal_studio.studio import Studio
from gal_studio.studio.views.round import candidate_view
from gal_studio.worker.models import Models
from tests.tiny_project import make_models, tiny_draft
from tests.worker.working import first_round, work


@pytest.fixture
def overflowing(tmp_path: Path) -> tuple[str, str]:
    """Models whose denoiser exceeds the range of float16."""
    names = make_models(tmp_path / "models")
    folder = Path(names[0]) / "unet"
    unet = UNet2DConditionModel.from_pretrained(folder)
    unet.conv_in.weight.data *= 3e5
    unet.save_pretrained(folder)
    return names


def test_candidates_that_were_drawn_again_are_marked(
    studio: Studio, overflowing: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "drawing_precision", lambda *_: torch.float16)
    first = first_round(studio, tiny_draft(overflowing))
    models = Models()
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    assert work(studio, models, studio.generate(first)).state == "completed"
    view = studio.round_view(first)
    assert {tile.candidate.remark for tile in view.candidates} == {"redrawn"}
    assert {candidate_view(tile, "").remark for tile in view.candidates} == {"redrawn"}
    assert view.round.unet_forwards == 2 * 12 * 3 * 2
