"""Each family runs the whole loop in the worker: fine-tune, generate, suggest, accept, refine, measure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gal_studio.engine.families import registry
from gal_studio.engine.models.adapters import read_adapter
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.engine.original_names import write_one_file
from tests.engine.tiny import make_tiny_clip
from tests.engine.tiny_flows import make_distilled_klein
from tests.engine.tiny_models import FAMILIES
from tests.engine.tiny_pipelines import make_tiny_two
from tests.features.needed import needs_refine
from tests.invented import added
from tests.invented.family import REGISTERED, make_invented_model
from tests.tiny_project import CHANGES, make_tower, object_draft
from tests.worker.running import changes, work
from tests.worker.working import weights


def as_checkpoint(make: Callable[[Path], Path]) -> Callable[[Path], str]:
    """The name of a one-file checkpoint with the pipeline that it was written from."""

    def made(folder: Path) -> str:
        return f"{write_one_file(make(folder), folder / 'one.safetensors')} with {folder}"

    return made


MADE: dict[str, tuple[Callable[[Path], Path | str], str]] = {
    "sd1 v, a checkpoint": (as_checkpoint(FAMILIES["sd1"]), "unet"),
    "xl": (FAMILIES["sdxl"], "unet"),
    "klein base, a checkpoint": (as_checkpoint(FAMILIES["klein"]), "transformer"),
    "Z-Image, a checkpoint": (as_checkpoint(FAMILIES["z-image"]), "transformer"),
    "Krea 2, a checkpoint": (as_checkpoint(FAMILIES["krea"]), "transformer"),
    "Anima": (FAMILIES["anima"], "transformer"),
    "Qwen-Image 2.1, a checkpoint": (as_checkpoint(FAMILIES["qwen"]), "transformer"),
}
OTHER_SETTINGS: dict[str, tuple[Callable[[Path], Path | str], str]] = {
    "sd2 epsilon": (make_tiny_two, "unet"),
    "klein distilled": (make_distilled_klein, "transformer"),
}
"""Models of the same classes, which tests/engine/families trains and draws as the stock pipelines do."""
LOOP = "klein base, a checkpoint"
"""A transformer runs the loop in every check; `test_worker.py` and refinements run it with a U-Net."""
SIDE = 64
ALL = [
    pytest.param(*made, SIDE, id=name, marks=() if name == LOOP else pytest.mark.thorough)
    for name, made in (MADE | OTHER_SETTINGS).items()
]


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    """A family of one file and one line is there."""
    with added(registry.FAMILIES, REGISTERED):
        yield


@needs_refine
@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "part", "side"), [*ALL, pytest.param(make_invented_model, "transformer", None, id="invented")]
)
def test_the_whole_loop(
    studio: Studio, tmp_path: Path, make: Callable[[Path], Path | str], part: str, side: int | None
) -> None:
    names = str(make(tmp_path / "model")), f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    asked = changes(make_tower(tmp_path / "tower", names[1]))
    asked |= {key: {**CHANGES[key], "resolution": side} for key in ("tune", "generation")}
    first = studio.rounds(studio.create_project(object_draft(names, changes=asked)))[0].id
    models, jobs = Models(), studio.run_round(first)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).message for job in jobs] == ["", ""]
    view = studio.round_view(first)
    assert len({tile.candidate.image for tile in view.candidates}) == 12
    assert studio.store.images.picture(view.candidates[0].candidate.image).size == (side or 32, side or 32)
    assert len(view.scores) == 4 and view.sentence
    tensors, _ = read_adapter(studio.adapter_path(first))
    assert {name.split(".")[0] for name in tensors} == {part}
    assert any(tensor.abs().max() > 0 for name, tensor in tensors.items() if ".lora_B." in name)

    studio.decide([view.candidates[0].candidate.id], "accepted")
    refinement = studio.run_refinement(first)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).message for job in refinement] == [""] * 3
    refined = studio.refinement_view(refinement[0].round_id)
    assert refined.step == "done" and all(pair.maps_version for pair in refined.pairs)
    assert weights(studio, refinement[0].round_id) != weights(studio, first)
    measured = studio.store.refinements.measurements(refinement[0].round_id)
    assert {"clip_t", "object", "rest"} <= {figure.metric for figure in measured}
