"""Images that are lost or drawn again, and rounds that have no LoRA to draw with."""

from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel

from gal_studio.core.types import Job
from gal_studio.engine.models import devices
from gal_studio.studio import Studio
from gal_studio.studio.views.round import candidate_view
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import make_models, tiny_draft
from tests.worker.working import drawn_round, trained_round, work


def test_a_round_that_lost_its_training_draws_nothing(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    round_id = trained_round(studio, models, tiny_draft(names))
    job = studio.generate(round_id)
    studio.store.database.write("UPDATE rounds SET adapter = NULL, trained_as = NULL")
    ended = work(studio, models, job)
    assert (ended.state, ended.message) == ("error", "Round 1 is not trained yet: press Train first.")
    assert studio.store.candidates.of_round(round_id) == ()


def test_lost_pictures_are_counted_once(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    first = drawn_round(studio, models, tiny_draft(names))
    all_of_them = studio.store.candidates.count(first)
    lost = studio.round_view(first).candidates[0].candidate
    studio.store.database.write("UPDATE candidates SET image = '' WHERE id = ?", (lost.id,))
    seen: list[Progress] = []

    def watch(job: Job, progress: Progress) -> None:
        seen.append(progress)

    assert work(studio, models, studio.generate(first), watch).state == "completed"
    drawing = [progress for progress in seen if progress.phase == "draw"]
    assert drawing and {progress.total for progress in drawing} == {all_of_them}
    assert drawing[-1].done == all_of_them
    assert studio.store.candidates.get(lost.id).image == lost.image


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
    first = drawn_round(studio, Models(), tiny_draft(overflowing))
    view = studio.round_view(first)
    assert {tile.candidate.remark for tile in view.candidates} == {"redrawn"}
    assert {candidate_view(tile, "").remark for tile in view.candidates} == {"redrawn"}
    assert view.round.unet_forwards == 2 * 12 * 3 * 2
