"""Jobs that are already done, and what jobs start from."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import Adapters
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import drawn_round, first_round, work

TUNE = CHANGES["tune"]


def test_a_lora_that_the_disk_changed_is_no_result_and_resume_writes_it_again(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Adapters.add_file

    def bent(adapters: Adapters, path: Path) -> str:
        name = plain(adapters, path)
        data = bytearray(adapters.path(name).read_bytes())
        data[-1] ^= 1
        adapters.path(name).write_bytes(data)
        return name

    first = first_round(studio, tiny_draft(names))
    with monkeypatch.context() as patch:
        patch.setattr(Adapters, "add_file", bent)
        job = work(studio, models, studio.fine_tune(first))
    assert (job.state, studio.store.rounds.get(first).adapter) == ("error", None)
    assert "was not saved correctly" in job.message
    assert studio.next_step(first) == "fine_tune"
    assert work(studio, models, studio.resume(job.id)).state == "completed"
    assert studio.store.adapters.intact(str(studio.store.rounds.get(first).adapter))


@pytest.fixture
def second(studio: Studio, models: Models, names: tuple[str, str]) -> str:
    """A second round that continues from the first one."""
    changes = {**CHANGES, "tune": {**TUNE, "continue_from_last": True}}
    first = drawn_round(studio, models, tiny_draft(names, changes=changes))
    return studio.next_round(first).id


def test_a_round_whose_start_is_lost_is_refused(studio: Studio, second: str) -> None:
    parent = str(studio.store.rounds.get(second).parent_id)
    name = studio.store.rounds.get(parent).adapter
    studio.store.adapters.path(str(name)).unlink()
    sentence = (
        "Round 2 starts from round 1, whose LoRA is missing: train round 1 again, or set "
        "`continue_from_last = false`."
    )
    for adapter in (name, None):  # the file alone, and what the doctor makes of it
        studio.store.database.write("UPDATE rounds SET adapter = ? WHERE id = ?", (adapter, parent))
        with pytest.raises(StudioError) as refusal:
            studio.fine_tune(second)
        assert str(refusal.value) == sentence


@pytest.mark.thorough
def test_a_start_that_is_lost_while_the_job_waits_is_refused(
    studio: Studio, models: Models, second: str
) -> None:
    job = studio.fine_tune(second)
    parent = str(studio.store.rounds.get(second).parent_id)
    studio.store.database.write("UPDATE rounds SET adapter = NULL WHERE id = ?", (parent,))
    ended = work(studio, models, job)
    assert ended.state == "error"
    assert "starts from round 1, whose LoRA is missing" in ended.message
    assert studio.store.rounds.get(second).adapter is None
