"""An export that fails does not stand before what is asked for next, and leaves nothing for good."""

import errno
from unittest.mock import Mock

import pytest

from gal_studio.features.exports import job as export
from gal_studio.features.exports.record import Export
from gal_studio.state import Store
from gal_studio.state.files.unfinished import is_unfinished
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.workspace.check import examine
from tests.features.exports.conftest import Train
from tests.worker.working import work

pytestmark = pytest.mark.usefixtures("checked_here")


def test_the_next_form_is_written(
    studio: Studio, models: Models, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, asked = train(), []

    def fail(store: Store, models: Models, wanted: Export) -> None:
        asked.append(wanted.form)
        raise ValueError("an error that nobody foresaw")

    monkeypatch.setattr(export, "_export", fail)
    assert work(studio, models, studio.export_round(first, "kohya")).state == "error"
    assert work(studio, models, studio.export_round(first, "comfyui")).state == "error"
    assert asked == ["kohya", "comfyui"]
    assert studio.exports(first) == ()


class KilledError(BaseException):
    """As if the process was killed: nothing is tidied up."""


@pytest.mark.thorough
def test_what_a_killed_export_leaves_is_removed(
    studio: Studio, models: Models, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, workspace = train(), studio.store.workspace
    with monkeypatch.context() as patched:
        patched.setattr(export, "remove", lambda *_: None)
        patched.setattr(export, "_zip", Mock(side_effect=KilledError))
        with pytest.raises(KilledError):
            work(studio, models, studio.export_round(first, "kohya"))
    (left,) = (workspace / "exports" / first).iterdir()
    assert is_unfinished(left.name, workspace) and any(left.iterdir())
    assert [one.paths for one in examine(studio.store, age=0) if one.problem == "leftover"] == [(left,)]
    assert examine(studio.store) == (), "it may be at work"
    project = studio.store.rounds.get(first).project_id
    (job,) = (one for one in studio.store.jobs.of_project(project) if one.kind == "export")
    work(studio, models, studio.resume(job.id))
    assert [path.name for path in left.parent.iterdir()] == ["kohya.zip"]
    assert examine(studio.store, age=0) == ()


def test_one_that_fails_keeps_what_was_made(
    studio: Studio, models: Models, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train()
    work(studio, models, studio.export_round(first, "kohya"))
    path = studio.exported(first, "kohya")
    made = path.read_bytes()
    for error, state in ((MemoryError(), "error"), (OSError(errno.ENOSPC, "full"), "paused")):
        monkeypatch.setattr(export, "ZipFile", Mock(side_effect=error))
        assert work(studio, models, studio.export_round(first, "kohya")).state == state
        assert [one.name for one in path.parent.iterdir()] == ["kohya.zip"]
        assert path.read_bytes() == made
