"""A refinement that is stopped, paused or killed gives the same result; the next round continues from it."""

import shutil
from pathlib import Path

import pytest
from safetensors import safe_open

from gal_studio.core.types import Job
from gal_studio.engine.loras import check
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.written import write_round
from tests.engine.loras.check_here import check_here
from tests.features.needed import needs_exports
from tests.worker.running import accept, first_round, paired, work
from tests.worker.working import at, stop_at, weights


@pytest.mark.thorough
def test_stopped_pairs_go_on_at_the_first_missing_one(
    studio: Studio, models: Models, trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path / "whole")
    with Store(tmp_path / "whole") as store:
        whole = Studio(store)
        job = six_pairs(whole)
        work(whole, models)
        expected = contents(whole, job.round_id)
    job = six_pairs(studio)
    ended = work(studio, models, job, stop_at(studio, "pairs", 4.1))
    assert (ended.state, ended.message) == (
        "stopped",
        "Kept the images that were finished; Resume generates the rest.",
    )
    kept = [pair.generated_image for pair in studio.refinement_view(job.round_id).pairs]
    assert [image is not None for image in kept] == [True, True, True, True, False, False]
    studio.resume(job.id)
    ended = work(studio, models, job, stop_at(studio, "maps", 0))
    assert ended.state == "stopped"
    studio.resume(job.id)
    work(studio, models)
    assert [pair.generated_image for pair in studio.refinement_view(job.round_id).pairs][:4] == kept[:4]
    assert contents(studio, job.round_id) == expected


def six_pairs(studio: Studio) -> Job:
    """More than one batch of the drawing."""
    first = first_round(studio, "object")
    studio.change_settings(studio.store.rounds.get(first).project_id, {"refine": {"pairs": 6}})
    return studio.make_pairs(first)


def contents(studio: Studio, node: str) -> list[tuple[object, ...]]:
    """The contents of the pairs, without names that differ between workspaces."""
    return [
        (
            pair.prompt,
            pair.seed,
            pair.generated_image,
            pair.reference_mask,
            studio.patch_maps(pair.id, "quality"),
            studio.patch_maps(pair.id, "reproduction"),
        )
        for pair in studio.refinement_view(node).pairs
    ]


def test_stopped_and_paused_refinement_ends_the_same(
    studio: Studio, models: Models, done: tuple[Studio, str, str]
) -> None:
    whole, _, whole_node = done
    expected, losses = weights(whole, whole_node), whole.refinement_view(whole_node).losses
    node = paired(studio, models)
    job = studio.refine(node)
    ended = work(studio, models, job, stop_at(studio, "refine", 3))
    assert (ended.state, ended.message) == ("stopped", "Kept 3 of 6 steps; Resume continues from there.")
    assert studio.refinement_view(node).step == "review"
    assert studio.store.rounds.get(node).adapter is None
    studio.refine(node)
    work(studio, models, watcher=at("refine", 5, lambda job: studio.pause(job.id)))
    paused = studio.store.jobs.current(studio.store.rounds.get(node).project_id)
    assert paused is not None
    assert paused.state == "paused"
    assert studio.refinement_view(node).step == "refine"
    assert studio.refine(node).id == paused.id
    work(studio, models)
    assert weights(studio, node) == expected
    assert studio.refinement_view(node).losses == losses
    assert not list(studio.store.checkpoints(node).rglob("*.safetensors"))


def test_a_refinement_that_is_trained_anew_after_a_kept_step_goes_to_its_end(
    studio: Studio, models: Models
) -> None:
    node = paired(studio, models)
    job = studio.refine(node)
    work(studio, models, job, stop_at(studio, "refine", 4))
    work(studio, models, studio.keep_step(job.id))
    assert studio.store.rounds.get(node).ends_at is not None
    project = studio.store.rounds.get(node).project_id
    studio.change_settings(project, {"refine": {"steps": 8}})
    assert studio.store.rounds.get(studio.refine(node).round_id) == studio.store.rounds.get(node)
    assert studio.store.rounds.get(node).ends_at is None


@needs_exports
def test_the_header_of_a_refinement_has_the_settings_of_its_training(
    done: tuple[Studio, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "check_files", check_here)
    studio, _, node = done
    settings = studio.store.rounds.get(node).settings
    assert settings.refine.learning_rate != settings.tune.learning_rate
    write_round(studio.store, node, "diffusers", tmp_path / "exported")
    (file,) = (tmp_path / "exported").glob("*.safetensors")
    with safe_open(file, "np") as opened:
        header = opened.metadata()
    assert header["ss_learning_rate"] == str(settings.refine.learning_rate)
    assert header["ss_total_batch_size"] == str(2 * settings.refine.batch_size)


def test_preview_now_shows_the_refinement_on_its_way(
    studio: Studio, models: Models, done: tuple[Studio, str, str]
) -> None:
    node = paired(studio, models)
    job = studio.refine(node)
    work(studio, models, watcher=at("refine", 2, lambda job: studio.preview_now(job.id)))
    assert studio.store.jobs.get(job.id).state == "completed"
    before, sample = studio.round_view(node).previews
    assert [before.step, sample.step] == [0, 2]
    assert before.prompt == sample.prompt == "a <sks> cat in a gym"
    assert weights(studio, node) == weights(done[0], done[2])  # a look changes nothing


def test_next_round_goes_on_from_the_refinement(done: tuple[Studio, str, str], models: Models) -> None:
    studio, _, node = done
    accepted = accept(studio, node)
    assert "continues from the weights" in studio.refinement_view(node).next_round_rule
    second = studio.next_round(node)
    assert (second.number, second.kind, second.parent_id) == (2, "fine_tune", node)
    assert studio.next_round(node) == second
    assert (
        lineage.starting_adapter(studio.store.snapshots.round(second.id))
        == studio.store.rounds.get(node).adapter
    )
    assert studio.store.candidates.get(accepted).image in [
        example.image for example in studio.training_set(second.id)
    ]
    assert len(studio.pool(second.id)) == len(studio.pool(node)) - 1
    job = studio.fine_tune(second.id)
    work(studio, models)
    assert studio.store.jobs.get(job.id).state == "completed"
    assert not studio.store.snapshots.node(second.id).children


@pytest.mark.thorough
def test_next_round_repeats_the_refinement(done: tuple[Studio, str, str], models: Models) -> None:
    studio, first, node = done
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, {"refine": {"next_round": "repeat"}})
    assert "refined again" in studio.refinement_view(node).next_round_rule
    accept(studio, node)
    second = studio.next_round(node)
    assert lineage.starting_adapter(studio.store.snapshots.round(second.id)) is None
    studio.run_round(second.id)
    studio.run_round(second.id)  # twice is once
    work(studio, models)
    (again,) = studio.store.snapshots.node(second.id).children
    assert (again.round.kind, again.round.number) == ("refine", 2)
    assert studio.refinement_view(again.id).step == "done"
    assert (
        lineage.starting_adapter(studio.store.snapshots.round(again.id))
        == studio.store.rounds.get(second.id).adapter
    )
