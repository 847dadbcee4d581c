"""A LoRA of each family is judged: drawn over its strengths, scored, and one of another family is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.engine.tiny import make_tiny_clip
from tests.engine.tiny_flows import make_tiny_z_image
from tests.tiny_project import CHANGES, large, tiny_draft
from tests.worker.export.test_start import write_lora
from tests.worker.test_families import MADE
from tests.worker.working import first_round, work


@pytest.mark.slow
@pytest.mark.parametrize(("make", "side", "part"), MADE.values(), ids=MADE.keys())
def test_a_lora_is_judged(
    studio: Studio, tmp_path: Path, make: Callable[[Path], Path | str], side: int, part: str
) -> None:
    studio.models, models = CheckHere(), Models()
    names = str(make(tmp_path / "model")), f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    file = tmp_path / "ink.safetensors"
    write_lora(models, names[0], file)
    drawn = {**CHANGES["generation"], "allocation": "ladder", "candidates": 3, "resolution": side}
    changes = {**CHANGES, "generation": drawn}
    references = [(large(1), "A cat in ink style")]
    judged = first_round(studio, tiny_draft(names, judged=(file,), changes=changes, references=references))
    assert work(studio, models, studio.generate(judged)).message == ""
    view = studio.round_view(judged)
    assert len({tile.candidate.recipe for tile in view.candidates}) > 1
    assert work(studio, models, studio.measure(judged)).message == ""
    (told,) = studio.judged(view.project.id)
    assert told.source == "ink.safetensors" and told.report is not None
    assert told.sentences[0].startswith("ink generates best ") and "copy risk" in told.sentences[0]


def test_a_lora_of_another_family_is_named(studio: Studio, tmp_path: Path, names: tuple[str, str]) -> None:
    studio.models = CheckHere()
    write_lora(Models(), str(make_tiny_z_image(tmp_path / "z-image")), tmp_path / "zed.safetensors")
    with pytest.raises(StudioError, match=r"does not fit the model .* \(it is made for Z-Image; it lacks"):
        studio.create_project(tiny_draft(names, judged=(tmp_path / "zed.safetensors",)))
    assert not studio.projects()
