"""Jobs that are already done, and what jobs start from."""

from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.state.files.content_store import Adapters
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, weights, work

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


def test_a_loss_that_is_no_number_ends_the_job_and_keeps_the_last_good_checkpoint(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, first = (first_round(studio, tiny_draft(names)) for _ in range(2))
    work(studio, models, studio.fine_tune(whole))
    plain, calls = UNetFamily.predict, []

    def breaks(*arguments):  # type: ignore[no-untyped-def]
        trains = torch.is_grad_enabled()
        calls.extend([1] if trains else [])
        return plain(*arguments) * (float("nan") if trains and len(calls) == 5 else 1.0)

    with monkeypatch.context() as patch:
        patch.setattr(UNetFamily, "predict", breaks)
        job = work(studio, models, studio.fine_tune(first))
    assert job.state == "error"
    assert "at step 5 of 6" in job.message
    assert "use a learning rate below" in job.message
    kept = [path.stem for path in studio.store.checkpoints(first).rglob("step-*.safetensors")]
    assert sorted(kept) == ["step-2", "step-4"]
    assert [step for step, _ in studio.store.rounds.losses(first)] == [1, 2, 3, 4]
    assert work(studio, models, studio.resume(job.id)).state == "completed"
    assert weights(studio, first) == weights(studio, whole)


@pytest.fixture
def second(studio: Studio, models: Models, names: tuple[str, str]) -> str:
    """A second round that continues from the first one."""
    changes = {**CHANGES, "tune": {**TUNE, "continue_from_last": True}}
    first = first_round(studio, tiny_draft(names, changes=changes))
    work(studio, models, studio.fine_tune(first))
    work(studio, models, studio.generate(first))
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


@pytest.mark.thorough
def test_without_the_setting_a_lost_start_is_none(studio: Studio, models: Models, second: str) -> None:
    round_ = studio.store.rounds.get(second)
    studio.store.database.write("UPDATE rounds SET adapter = NULL WHERE id = ?", (round_.parent_id,))
    studio.change_settings(round_.project_id, {"tune": {"continue_from_last": False}})
    assert work(studio, models, studio.fine_tune(second)).state == "completed"
