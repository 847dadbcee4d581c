"""A validated training keeps the LoRA of each validated step; they are drawn, taken and deleted."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from safetensors import safe_open

from gal_studio.core.errors import StudioError
from gal_studio.features.trials.record import trials_of
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.jobs import disk_space, fine_tune
from gal_studio.worker.models import Models
from gal_studio.workspace.check import examine
from tests.features.trials.test_job import job_of
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, stop_at, weights, work

Names = tuple[str, str]
TUNE = {**CHANGES["tune"], "steps": 8, "checkpoint_every": 50, "validate_every": 3}


def draft_of(names: Names, **tune: Any) -> Any:
    return tiny_draft(names, changes={**CHANGES, "tune": {**TUNE, **tune}})


def trained(studio: Studio, models: Models, names: Names, **tune: Any) -> str:
    first = first_round(studio, draft_of(names, **tune))
    done = work(studio, models, studio.fine_tune(first))
    assert done.state == "completed", done.message
    return first


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, models: Models, names: Names) -> tuple[Path, str]:
    """A workspace with a round whose training has kept three steps, and its ID."""
    folder = tmp_path_factory.mktemp("kept") / "workspace"
    with Store(folder) as store:
        return folder, trained(Studio(store), models, names)


@pytest.fixture
def studio(made: tuple[Path, str], tmp_path: Path) -> Iterator[Studio]:
    shutil.copytree(made[0], tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@pytest.fixture
def first(made: tuple[Path, str]) -> str:
    """The round of `studio`."""
    return made[1]


def steps(studio: Studio, round_id: str) -> list[int]:
    return [one.step for one in studio.kept_steps(round_id)]


def tensors(studio: Studio, adapter: str) -> dict[str, bytes]:
    with safe_open(studio.store.adapters.path(adapter), framework="numpy") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118


def old(studio: Studio) -> None:
    """Let all LoRAs be older than what is never deleted since a row may yet name it."""
    for path in studio.store.adapters.folder.iterdir():
        os.utime(path, (time.time() - 3600.0,) * 2)


def test_a_kept_step_is_what_a_training_of_so_many_steps_ends_with(
    studio: Studio, models: Models, names: Names
) -> None:
    whole = trained(studio, models, names)
    assert steps(studio, whole) == [3, 6, 8]
    assert studio.kept_steps(whole)[-1].adapter == studio.store.rounds.get(whole).adapter
    for step, kept in zip((3, 6), studio.kept_steps(whole), strict=False):
        shorter = trained(studio, models, names, steps=step, validate_every=0)
        assert weights(studio, shorter) == tensors(studio, kept.adapter)
        assert steps(studio, shorter) == [], "without validations, nothing is kept"
    assert examine(studio.store) == ()


def test_a_whole_denoiser_is_not_kept_and_says_so(studio: Studio, models: Models, names: Names) -> None:
    first = trained(studio, models, names, method="full", target="all")
    assert steps(studio, first) == []
    with pytest.raises(StudioError, match="trains the whole model, whose steps are not kept"):
        studio.try_steps(first)


@pytest.mark.thorough
def test_a_halted_training_keeps_what_it_has_and_resumes_to_the_same(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(studio, models, names)
    wanted = [one.adapter for one in studio.kept_steps(whole)]
    first = first_round(studio, draft_of(names))
    job = studio.fine_tune(first)
    with monkeypatch.context() as patch:
        patch.setattr(fine_tune, "validate", Mock(side_effect=RuntimeError("killed in a validation")))
        assert work(studio, models, job).state == "error"
    assert steps(studio, first) in ([], [3])
    stop = stop_at(studio, "fine_tune", 6)
    assert work(studio, models, studio.resume(job.id), stop).state == "stopped"
    assert steps(studio, first) == [3, 6]
    with pytest.raises(StudioError, match="The training of Round 1 has not ended"):
        studio.use_step(first, 3)
    studio.try_steps(first, strengths=[1.0])
    assert work(studio, models, job_of(studio, first)).state == "completed", "before the training has ended"
    assert work(studio, models, studio.resume(job.id)).state == "completed"
    assert [tensors(studio, one.adapter) for one in studio.kept_steps(first)] == [
        tensors(studio, adapter) for adapter in wanted
    ]


@pytest.mark.thorough
def test_more_steps_keep_those_before(studio: Studio, models: Models, names: Names) -> None:
    first = trained(studio, models, names, steps=5)
    before = studio.kept_steps(first)
    assert [one.step for one in before] == [3, 5]
    assert work(studio, models, studio.continue_training(first, 4)).state == "completed"
    after = studio.kept_steps(first)
    assert [one.step for one in after] == [3, 5, 6, 9]
    assert [one.adapter for one in after[:2]] == [one.adapter for one in before]
    studio.use_step(first, 3)
    assert is_trained(inputs_of(studio.store, first)), "by the fingerprint of the longer training"
    with pytest.raises(StudioError, match="has the LoRA of step 3, which no more steps follow"):
        studio.continue_training(first, 2)


def test_steps_by_strengths_are_drawn_with_their_loras(
    studio: Studio, models: Models, names: Names, first: str
) -> None:
    made = studio.try_steps(first, strengths=[0.0, 1.0])
    assert [(one.step, one.recipe.late) for one in made] == [(s, r) for s in (3, 6, 8) for r in (0.0, 1.0)]
    assert {one.prompt for one in made} == {"A tie in ink style"}, "a test prompt that nothing learned from"
    assert len({one.seed for one in made}) == 1 and made[0].seed > 0
    assert work(studio, models, job_of(studio, first)).state == "completed"
    drawn = [trials_of(studio.store).get(one.id) for one in made]
    pixels = [np.asarray(studio.store.images.picture(one.image)) for one in drawn]
    assert all((pixels[0] == pixels[place]).all() for place in (2, 4)), "without the LoRA they are the same"
    assert not any((pixels[1] == pixels[place]).all() for place in (0, 3, 5))
    assert all({"similarity_anchor", "carries"} <= one.scores.keys() for one in drawn)
    own = studio.try_prompt(first, made[0].prompt, made[0].seed)
    assert work(studio, models, job_of(studio, first)).state == "completed"
    assert trials_of(studio.store).get(own.id).image == drawn[-1].image, "the last step is the round's LoRA"


def test_what_is_not_kept_queues_nothing(studio: Studio, first: str) -> None:
    with pytest.raises(StudioError, match="step 4 is not kept: choose 3, 6 or 8"):
        studio.try_steps(first, steps=[3, 4])
    with pytest.raises(
        StudioError, match="That makes 51 images, but only 50 may wait at once: choose fewer steps"
    ):
        studio.try_steps(first, strengths=[number / 10 for number in range(17)])
    assert not trials_of(studio.store).waiting(first)


def test_a_round_without_images_takes_a_step_and_goes_back(
    studio: Studio, models: Models, names: Names, first: str
) -> None:
    before = studio.store.rounds.get(first)
    taken = studio.use_step(first, 3)
    assert (taken.id, taken.ends_at) == (first, 3)
    assert is_trained(inputs_of(studio.store, first)) and not studio.round_view(first).trainable
    assert steps(studio, first) == [3, 6, 8]
    with pytest.raises(StudioError, match="Round 1 already has the LoRA of step 3"):
        studio.use_step(first, 3)
    assert studio.use_step(first, 8) == before
    assert is_trained(inputs_of(studio.store, first))


def test_a_round_with_images_keeps_all_and_a_round_beside_it_has_the_step(
    studio: Studio, models: Models, names: Names, first: str
) -> None:
    work(studio, models, studio.generate(first))
    before = studio.store.rounds.get(first), studio.store.candidates.of_round(first)
    new = studio.use_step(first, 6)
    assert new.id != first and studio.use_step(first, 6).id == new.id, "a double click is one round"
    assert (studio.store.rounds.get(first), studio.store.candidates.of_round(first)) == before
    view = studio.round_view(new.id)
    assert (view.step, view.trainable) == ("generate", False)
    assert is_trained(inputs_of(studio.store, new.id))
    assert [step for step, _ in view.losses] == [1, 2, 3, 4, 5, 6]
    assert studio.store.rounds.training_set(new.id) == studio.store.rounds.training_set(first)
    assert new.title == "Round 1, step 6"
    assert work(studio, models, studio.generate(new.id)).state == "completed"
    later = studio.next_round(new.id)
    assert later.parent_id == new.id, "the next round goes on from it"
    studio.forget_steps(first)
    assert studio.store.adapters.has(new.adapter or "")


def test_deleted_steps_free_the_disk_and_leave_what_is_used(
    studio: Studio, models: Models, names: Names, first: str
) -> None:
    made = studio.try_steps(first, steps=[3], strengths=[1.0])
    waiting = studio.try_steps(first, steps=[6], strengths=[1.0])
    three, six, last = (studio.store.adapters.path(one.adapter) for one in studio.kept_steps(first))
    old(studio)
    size = three.stat().st_size + six.stat().st_size
    assert studio.forget_steps(first) == size
    assert (three.exists(), six.exists(), last.exists()) == (False, False, True)
    assert studio.kept_steps(first) == ()
    assert work(studio, models, job_of(studio, first)).state == "completed"
    for one in (*made, *waiting):
        assert "is no longer kept" in trials_of(studio.store).get(one.id).trouble
    assert examine(studio.store) == ()


def test_another_training_of_the_round_deletes_the_steps_of_the_one_before(
    studio: Studio, models: Models, names: Names, first: str
) -> None:
    former = [studio.store.adapters.path(one.adapter) for one in studio.kept_steps(first)]
    old(studio)
    project = studio.store.rounds.get(first).project_id
    studio.change_settings(project, {"tune": {"learning_rate": 0.003}})
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    assert steps(studio, first) == [3, 6, 8]
    assert not any(path.exists() for path in former[:-1])
    assert all(studio.store.adapters.has(one.adapter) for one in studio.kept_steps(first))


def test_the_disk_must_have_room_for_the_kept_steps(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(disk_space, "picture_bytes", lambda *_: 0)
    monkeypatch.setattr(type(studio.store.disk), "check", lambda _, size=0, *__: asked.append(size))
    needs = []
    for every in (3, 7):
        asked.clear()
        first = trained(studio, models, names, validate_every=every)
        needs.append(max(asked))
    size = sum(map(len, weights(studio, first).values()))
    assert needs[0] - needs[1] == size, "steps 3 and 6, and step 7 alone"


def test_an_archive_carries_the_steps(
    studio: Studio, models: Models, names: Names, first: str, tmp_path: Any
) -> None:
    path = studio.export_project(studio.store.rounds.get(first).project_id, tmp_path / "ink.zip")
    there = studio.rounds(studio.import_project(path))[0].id
    assert [one.adapter for one in studio.kept_steps(there)] == [
        one.adapter for one in studio.kept_steps(first)
    ]
    assert studio.use_step(there, 3).ends_at == 3
