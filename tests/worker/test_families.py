"""Each family runs the whole loop in the worker: fine-tune, generate, suggest, accept, refine, measure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gal_studio.engine.models.adapters import read_adapter
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.engine.original_names import write_one_file
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import (
    make_distilled_klein,
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_krea,
    make_tiny_qwen_image,
    make_tiny_z_image,
)
from tests.engine.tiny_pipelines import make_tiny_two
from tests.features.needed import needs_refine
from tests.tiny_project import CHANGES, make_tower, object_draft
from tests.worker.running import changes, weights, work


def as_checkpoint(make: Callable[[Path], Path]) -> Callable[[Path], str]:
    """The name of a one-file checkpoint with the pipeline that it was written from."""

    def made(folder: Path) -> str:
        return f"{write_one_file(make(folder), folder / 'one.safetensors')} with {folder}"

    return made


MADE: dict[str, tuple[Callable[[Path], Path | str], int, str]] = {
    "sd1 v, a checkpoint": (as_checkpoint(make_tiny_pipeline), 64, "unet"),
    "xl": (make_tiny_xl_pipeline, 64, "unet"),
    "klein base, a checkpoint": (as_checkpoint(make_tiny_klein), 64, "transformer"),
    "Z-Image, a checkpoint": (as_checkpoint(make_tiny_z_image), 64, "transformer"),
    "Krea 2, a checkpoint": (as_checkpoint(make_tiny_krea), 64, "transformer"),
    "Anima": (make_tiny_anima, 64, "transformer"),
    "Qwen-Image 2.1, a checkpoint": (as_checkpoint(make_tiny_qwen_image), 64, "transformer"),
}
OTHER_SETTINGS: dict[str, tuple[Callable[[Path], Path | str], int, str]] = {
    "sd2 epsilon": (make_tiny_two, 64, "unet"),
    "klein distilled": (make_distilled_klein, 64, "transformer"),
}
"""Models of the same classes, which tests/engine/families trains and draws as the stock pipelines do."""
LOOP = "klein base, a checkpoint"
"""A transformer runs the loop in every check; `test_worker.py` and refinements run it with a U-Net."""
ALL = [
    pytest.param(*made, id=name, marks=() if name == LOOP else pytest.mark.thorough)
    for name, made in (MADE | OTHER_SETTINGS).items()
]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@needs_refine
@pytest.mark.slow
@pytest.mark.parametrize(("make", "side", "part"), ALL)
def test_the_whole_loop(
    studio: Studio, tmp_path: Path, make: Callable[[Path], Path | str], side: int, part: str
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
    assert studio.store.images.picture(view.candidates[0].candidate.image).size == (side, side)
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
