"""Files for TensorBoard, read back by TensorBoard itself."""

from typing import Any

import pytest

from gal_studio.core.settings import TuneSettings
from gal_studio.studio import Studio
from gal_studio.worker import event_files
from gal_studio.worker.event_files import FOLDER, write_event_files
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]
TUNE = {**CHANGES["tune"], "steps": 6, "preview_every": 3, "schedule": "cosine", "tensorboard": True}


def draft_of(names: Names, **tune: Any) -> Any:
    return tiny_draft(names, changes={**CHANGES, "tune": {**TUNE, **tune}})


def test_losses_rates_previews_and_benchmark_are_read_back(
    studio: Studio, models: Models, names: Names
) -> None:
    pytest.importorskip("tensorboardX")
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    first = first_round(studio, draft_of(names))
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    job = studio.generate(first)
    assert work(studio, models, job).state == "completed"
    studio.change_test_set(studio.store.rounds.get(first).project_id, ["A house {}", "A fish {}"], 2)
    assert work(studio, models, studio.measure(first)).state == "completed"
    folder = studio.store.workspace / FOLDER / first
    for _ in range(2):  # as often as it is written
        (path,) = folder.iterdir()
        events = reader.EventAccumulator(str(path), size_guidance={"images": 0}).Reload()
        losses = {one.step: one.value for one in events.Scalars("training/loss")}
        assert losses == pytest.approx(dict(studio.store.rounds.losses(first)))
        rates = [one.value for one in events.Scalars("training/learning_rate")]
        assert rates[0] == pytest.approx(studio.store.rounds.get(first).settings.tune.learning_rate)
        assert sorted(rates, reverse=True) == rates and rates[-1] < rates[0]
        (preview,) = events.Tags()["images"]
        assert preview.startswith("preview/") and len(events.Images(preview)) >= 2
        assert [one.step for one in events.Scalars("benchmark/no_copy")] == [1]
        write_event_files(studio.store, first)


def test_without_the_package_one_sentence_says_what_to_do(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_files, "is_installed", lambda package: False)
    done = work(studio, models, studio.fine_tune(first_round(studio, draft_of(names))))
    assert done.state == "error" and "Files for TensorBoard need the package tensorboardX" in done.message
    assert "switch “TensorBoard files” off" in done.message


def test_it_is_off_and_changes_no_training(studio: Studio, models: Models, names: Names) -> None:
    first = first_round(studio, draft_of(names, tensorboard=False))
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    assert not (studio.store.workspace / FOLDER).exists()
    assert TuneSettings().tensorboard is False
    assert TuneSettings(tensorboard=True).essential == TuneSettings().essential
