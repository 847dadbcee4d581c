"""The job `adapter`: asked for on Round 0, halted and resumed, and then chosen by another project."""

from pathlib import Path

import pytest

from gal_studio.assets import POCKET_ADAPTER
from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.research.features.own_adapters.verbs import own_adapters, refine_adapter
from gal_studio.studio import Studio
from gal_studio.ui.payloads.projects import adapter_names, project_payload
from gal_studio.worker.models import Models
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.features.needed import needs_round_zero
from tests.research.features.own_adapters.test_command import objects
from tests.tiny_project import CHANGES, make_tower, object_draft
from tests.worker.running import work
from tests.worker.working import stop_at


@needs_round_zero
def test_an_adapter_of_ones_own(studio: Studio, names: tuple[str, str], tmp_path: Path) -> None:
    adapters = make_tiny_adapters(tmp_path / "adapters", load_image_model(names[0], device="cpu"))
    tower = make_tower(tmp_path / "tower", names[1])
    changes = {
        **CHANGES,
        "references": {"adapter": str(adapters)},
        "refine": {**CHANGES["refine"], "vision_model": tower},
    }
    project, models = studio.create_project(object_draft(names, changes=changes)), Models()
    zero = studio.instant_round(project).round_id
    work(studio, models)
    before = studio.round_view(zero)
    with pytest.raises(StudioError, match=r"list has 1 names of objects"):
        refine_adapter(studio, zero, names=["red kite"])
    with pytest.raises(StudioError, match=r"There is no folder"):
        refine_adapter(studio, zero, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudioError, match=r"has 0 usable images of objects: give at least 4"):
        refine_adapter(studio, zero, tmp_path / "empty")
    assert not list(studio.store.workspace.glob("own-adapters/*"))

    folder = objects(tmp_path / "objects")
    left = refine_adapter(studio, zero, folder, steps=3, title="Left")
    with pytest.raises(StudioError, match=r"^Left is not finished: wait for it, or stop it first"):
        refine_adapter(studio, zero, folder, steps=4, title="Mine")
    assert refine_adapter(studio, zero, folder, steps=3, title="Left").id == left.id
    assert work(studio, models, left, stop_at(studio, "refine", 1)).state == "stopped"  # type: ignore[union-attr]

    job = refine_adapter(studio, zero, folder, steps=4, title="Mine")
    halted = work(studio, models, job, stop_at(studio, "refine", 2))
    assert halted is not None and halted.state == "stopped" and not own_adapters(studio)
    said: list[str] = []
    studio.resume(job.id)
    done = work(studio, models, job, lambda _job, progress: said.append(f"{progress.phase} {progress.done}"))
    assert done is not None and (done.state, done.message) == ("completed", "")
    assert "refine 3" in said and "refine 1" not in said
    (own,) = own_adapters(studio)  # not the one that was left
    assert (own.plan.title, own.plan.steps) == ("Mine", 4)
    studio.resume(left.id)
    assert work(studio, models, left).state == "completed"  # type: ignore[union-attr]
    assert [one.plan.title for one in own_adapters(studio)] == ["Left", "Mine"]
    assert studio.round_view(zero).candidates == before.candidates

    (field,) = [
        one
        for one in project_payload(studio.project(project), adapter_names(studio.store)).fields
        if one.name == "references.adapter"
    ]
    assert {(POCKET_ADAPTER, "Pocket’s own"), (str(own.folder), "Mine")} <= set(field.suggestions)
    changes = {**CHANGES, "references": {"adapter": str(own.folder)}}
    other = studio.create_project(object_draft(names, changes=changes, name="Next"))
    job = studio.instant_round(other)
    drawn = work(studio, models, job)
    assert drawn is not None and (drawn.state, drawn.message) == ("completed", "")
    assert {t.candidate.image for t in studio.round_view(job.round_id).candidates}.isdisjoint(
        {t.candidate.image for t in before.candidates}
    )
