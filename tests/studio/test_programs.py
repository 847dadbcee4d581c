"""What a program finds: a light import, a studio that opens a folder, and jobs that can be waited for."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import gal_studio
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.studio.seeding import draft, draw


def test_nothing_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, gal_studio; print([m for m in sys.modules if m.startswith('gal_studio.')]);"
        "from gal_studio import ProjectDraft, ReferenceDraft, Studio, StudioError;"
        "print([m for m in ('torch', 'gradio', 'diffusers', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["['gal_studio.version']", "[]"]


def test_the_names_of_the_package_are_those_of_its_parts() -> None:
    assert gal_studio.Studio is Studio and gal_studio.StudioError is StudioError
    assert all(hasattr(gal_studio, name) for name in gal_studio.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Studios'"):
        _ = gal_studio.Studios


def test_a_studio_opens_a_folder_and_closes_it(tmp_path: Path) -> None:
    with Studio.open(str(tmp_path / "new")) as studio:
        assert studio.projects() == ()
    with Store(tmp_path / "new") as store:
        project = Studio(store).create_project(draft())
    with Studio.open(tmp_path / "new") as studio:
        assert [found.id for found in studio.projects()] == [project]


def worked(after: Callable[[Store, str], object]) -> Callable[[Path], None]:
    """A worker that does this to the next job, as soon as it is woken."""

    def wake(workspace: Path) -> None:
        with Store(workspace) as store:
            store.workers.enter("w")
            job = store.jobs.claim("w")
            if job is not None:
                after(store, job.id)

    return wake


def waiting(tmp_path: Path, after: Callable[[Store, str], object]) -> Studio:
    return Studio(Store(tmp_path / "workspace"), wake=worked(after))


def asked(studio: Studio) -> str:
    return studio.rounds(studio.create_project(draft()))[0].id


def test_a_job_is_waited_for(tmp_path: Path) -> None:
    studio = waiting(tmp_path, lambda store, job: store.jobs.finish(job))
    assert studio.wait(studio.fine_tune(asked(studio)), timeout=300).state == "completed"
    studio.close()


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (lambda store, job: store.jobs.fail(job, "The model is broken: choose another."), "model is broken"),
        (lambda store, job: store.jobs.interrupt(job, "gone"), "Training is interrupted"),
        (lambda store, job: (store.jobs.request_pause(job), store.jobs.halt(job)), "Training is paused"),
        (lambda store, job: None, "still running after 0.3 s"),
    ],
)
def test_what_became_of_a_job_instead_is_said(
    tmp_path: Path, after: Callable[[Store, str], object], said: str
) -> None:
    studio = waiting(tmp_path, after)
    with pytest.raises(StudioError, match=said):
        studio.wait(studio.fine_tune(asked(studio)), timeout=0.3)
    studio.close()


def test_a_job_behind_a_paused_one_is_not_waited_for(tmp_path: Path) -> None:
    studio = Studio(Store(tmp_path / "workspace"))
    training, drawing = studio.run_round(asked(studio))
    worked(lambda store, job: (store.jobs.request_pause(job), store.jobs.halt(job)))(tmp_path / "workspace")
    assert studio.store.jobs.get(training.id).state == "paused"
    with pytest.raises(StudioError, match="waits for training, which is paused"):
        studio.wait(drawing, timeout=300)
    studio.close()


def test_a_picture_of_a_candidate_is_a_file(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [1])
    candidate = studio.round_view(round_id).candidates[0].candidate
    assert studio.candidate_picture(candidate.id) == studio.store.images.path(candidate.image)
    studio.store.database.write("UPDATE candidates SET image = '' WHERE id = ?", (candidate.id,))
    with pytest.raises(StudioError, match="is lost: generate it again"):
        studio.candidate_picture(candidate.id)
