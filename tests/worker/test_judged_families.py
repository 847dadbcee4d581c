"""A LoRA of each family is judged: drawn over its strengths, scored, and one of another family is refused.

`tests/features/judge` judges those of a U-Net in every check.
"""

from pathlib import Path

import pytest
from safetensors.torch import save_file

from gal_studio.core.types import CARRIES, CHANCE, SHOWN
from gal_studio.studio import Studio
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.engine.loras.foreign_files import lora_file
from tests.engine.tiny import make_tiny_clip
from tests.tiny_project import changed, large, tiny_draft
from tests.worker.test_families import MADE, SIDE
from tests.worker.working import first_round, work

NAMED = {
    "sd1 v, a checkpoint": "kohya",
    "sd2 epsilon": "diffusers of old",
    "xl": "peft with a name",
    "klein base, a checkpoint": "diffusers, transformer",
    "klein distilled": "ai-toolkit",
    "Z-Image, a checkpoint": "DiffSynth",
    "Krea 2, a checkpoint": "ComfyUI's trainer",
    "Anima": "OneTrainer of old",
    "Qwen-Image 2.1, a checkpoint": "LyCORIS",
}
"""The naming of each family's LoRA."""


@pytest.mark.slow
@pytest.mark.parametrize("family", MADE)
@pytest.mark.thorough
def test_a_lora_is_judged(studio: Studio, tmp_path: Path, family: str) -> None:
    """From a file in the names of another trainer to images, scores and the best strength schedule."""
    studio.models, models = CheckHere(), Models()
    make, _ = MADE[family]
    names = str(make(tmp_path / "model")), f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    file = tmp_path / "ink.safetensors"
    made = lora_file(models.image_model(names[0]), NAMED[family])
    save_file({name: tensor.contiguous() for name, tensor in made.tensors.items()}, file, made.metadata)
    changes = changed(generation={"allocation": "ladder", "candidates": 3, "resolution": SIDE})
    references = [(large(1), "A cat in ink style")]
    judged = first_round(studio, tiny_draft(names, judged=(file,), changes=changes, references=references))
    assert work(studio, models, studio.generate(judged)).message == ""
    view = studio.round_view(judged)
    assert len({tile.candidate.recipe for tile in view.candidates}) > 1
    assert len({tile.candidate.image for tile in view.candidates}) > len(view.candidates) // 2
    assert all({CARRIES, SHOWN, CHANCE} <= tile.candidate.more_scores.keys() for tile in view.candidates)
    assert work(studio, models, studio.measure(judged)).message == ""
    (told,) = studio.judged(view.project.id)
    assert told.source == "ink.safetensors" and told.report is not None
    assert told.best in {rate.recipe for rate in told.rates}
    assert told.sentences[0].startswith("ink generates best ") and "copy risk" in told.sentences[0]
