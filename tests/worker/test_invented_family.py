"""A family of one file and one line runs the whole loop: fine-tune, generate, suggest, accept, refine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.core.types import Job
from gal_studio.engine.families import registry
from gal_studio.engine.models.adapters import read_adapter
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.engine.tiny import make_tiny_clip
from tests.features.needed import needs_refine
from tests.invented.family import REGISTERED, make_invented_model
from tests.tiny_project import make_tower, object_draft
from tests.worker.running import changes, weights, work


@pytest.fixture
def draft_names(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[tuple[str, str], str]:
    """Names of an invented model and a CLIP, and of a vision tower; the family is registered."""
    registry.FAMILIES.add(REGISTERED)
    request.addfinalizer(lambda: registry.FAMILIES.remove(REGISTERED))
    clip = f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    return (make_invented_model(tmp_path / "model"), clip), make_tower(tmp_path / "tower", clip)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


def begin(studio: Studio, draft_names: tuple[tuple[str, str], str]) -> str:
    names, tower = draft_names
    project = studio.create_project(object_draft(names, changes=changes(tower)))
    return studio.rounds(project)[0].id


@needs_refine
def test_the_whole_loop(studio: Studio, draft_names: tuple[tuple[str, str], str]) -> None:
    first, models = begin(studio, draft_names), Models()
    jobs = studio.run_round(first)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).state for job in jobs] == ["completed", "completed"]
    view = studio.round_view(first)
    assert len(view.candidates) == 12 and len({tile.candidate.image for tile in view.candidates}) == 12
    assert len(view.scores) == 4 and view.sentence
    tensors, _ = read_adapter(studio.adapter_path(first))
    assert {name.split(".")[0] for name in tensors} == {"transformer"}
    assert any(tensor.abs().max() > 0 for name, tensor in tensors.items() if ".lora_B." in name)

    studio.decide([view.candidates[0].candidate.id], "accepted")
    refinement = studio.run_refinement(first)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).state for job in refinement] == ["completed"] * 3
    refined = studio.refinement_view(refinement[0].round_id)
    assert refined.step == "done" and all(pair.maps_version for pair in refined.pairs)
    assert weights(studio, refinement[0].round_id) != weights(studio, first)


def test_a_stopped_training_resumes_and_ends_the_same(
    studio: Studio, draft_names: tuple[tuple[str, str], str]
) -> None:
    whole, models = begin(studio, draft_names), Models()
    work(studio, models, studio.fine_tune(whole))
    stopped = begin(studio, draft_names)
    job = studio.fine_tune(stopped)

    def stop(running: Job, progress: Progress) -> None:
        if progress.phase == "fine_tune" and progress.done >= 3:
            studio.stop(running.id)

    ended = work(studio, models, job, stop)
    assert ended is not None and ended.state == "stopped"
    studio.resume(job.id)
    work(studio, models)
    assert studio.store.jobs.get(job.id).state == "completed"
    assert weights(studio, stopped) == weights(studio, whole)
