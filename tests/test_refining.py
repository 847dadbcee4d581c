"""Refinements the whole way, on tiny random models: pairs, paint, training, pictures, what was gained."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.state import Store, lineage, pairing
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker import Worker
from gal_studio.worker.judging import weights_of_pair
from gal_studio.worker.limits import open_judge
from gal_studio.worker.models import Models
from gal_studio.worker.progress import Progress
from tests.tiny_project import CHANGES, drawing, make_models, make_tower, object_draft, tiny_draft

Watch = Callable[[Job, Progress], None]


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_models(tmp_path_factory.mktemp("refining-models"))


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> str:
    return make_tower(tmp_path_factory.mktemp("refining-tower") / "tower", names[1])


@pytest.fixture(scope="session")
def models() -> Models:
    return Models()


def changes(tower: str, **refine: object) -> dict[str, object]:
    return {**CHANGES, "refine": {**CHANGES["refine"], "vision_model": tower, **refine}}


def work(studio: Studio, models: Models, job: Job | None = None, watcher: Watch | None = None) -> Job | None:
    """Work until nothing waits; the job as it ended."""
    with Worker(studio.store, watcher).entered() as worker:
        worker._models = models
        worker.run(until_empty=True)
    return None if job is None else studio.store.jobs.get(job.id)


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str], tower: str, models: Models
) -> Path:
    """A workspace with an object and a style, each with a first round that was trained and drawn."""
    folder = tmp_path_factory.mktemp("refining") / "workspace"
    with Store(folder) as store:
        studio = Studio(store)
        for draft in (object_draft, tiny_draft):
            project_id = studio.create_project(draft(names, changes=changes(tower)))
            studio.run_round(studio.rounds(project_id)[0].id)
        work(studio, models)
    return folder


@pytest.fixture
def studio(trained: Path, tmp_path: Path) -> Iterator[Studio]:
    shutil.copytree(trained, tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@pytest.fixture(scope="session")
def refined_once(trained: Path, tmp_path_factory: pytest.TempPathFactory, models: Models) -> Path:
    """The same workspace, in which the object's first round is refined."""
    folder = tmp_path_factory.mktemp("refined") / "workspace"
    shutil.copytree(trained, folder)
    with Store(folder) as store:
        refined(Studio(store), models, first_round(Studio(store), "object"))
    return folder


@pytest.fixture
def done(refined_once: Path, tmp_path: Path) -> Iterator[tuple[Studio, str, str]]:
    """A studio with a refined object: studio, round, refinement."""
    shutil.copytree(refined_once, tmp_path / "refined")
    with Store(tmp_path / "refined") as store:
        first = first_round(Studio(store), "object")
        yield Studio(store), first, store.rounds.children(first)[0].id


def first_round(studio: Studio, kind: str) -> str:
    project = next(entry for entry in studio.projects() if entry.kind == kind)
    return studio.rounds(project.id)[0].id


def accept(studio: Studio, round_id: str, number: int = 0) -> str:
    chosen = studio.round_view(round_id).candidates[number].candidate
    studio.decide([chosen.id], "accepted")
    return chosen.id


def png(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values.astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def half(left: int, right: int, size: tuple[int, int] = (32, 32)) -> bytes:
    values = np.full(size[::-1], left)
    values[:, size[0] // 2 :] = right
    return png(values)


def weights(studio: Studio, round_id: str) -> dict[str, bytes]:
    with safe_open(studio.adapter_path(round_id), framework="numpy") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118


def stop_at(studio: Studio, phase: str, done: float) -> Watch:
    def watch(job: Job, progress: Progress) -> None:
        if progress.phase == phase and progress.done >= done:
            studio.stop(job.id)

    return watch


def refined(studio: Studio, models: Models, round_id: str) -> str:
    jobs = studio.run_refinement(round_id)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).message for job in jobs] == [""] * len(jobs)
    return jobs[-1].round_id


def test_object_from_pairs_to_what_was_gained(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    jobs = studio.run_refinement(first)
    assert [job.kind for job in jobs] == ["pairs", "refine", "generate"]
    node = studio.store.rounds.get(jobs[0].round_id)
    assert (node.kind, node.parent_id, node.number) == ("refine", first, 1)
    assert studio.refinement_view(node.id).step == "pairs"
    steps: set[str] = set()
    work(studio, models, watcher=lambda _job, _progress: steps.add(studio.refinement_view(node.id).step))
    assert steps == {"pairs", "refine", "generate", "done"}
    assert all(studio.store.jobs.get(job.id).state == "completed" for job in jobs)
    view = studio.refinement_view(node.id)
    assert view.step == "done"
    assert {pair.prompt for pair in view.pairs} == {"a <sks> cat on a plain background"}
    references = studio.store.projects.references(node.project_id)
    assert [pair.reference_image for pair in view.pairs] == [references[k % 2].image for k in range(4)]
    assert len({pair.seed for pair in view.pairs}) == len({pair.generated_image for pair in view.pairs}) == 4
    assert all(pair.has_maps and pair.reference_mask and pair.subject == "<sks>" for pair in view.pairs)
    assert all(0 <= (pair.mean_reproduction or -1) <= 1 for pair in view.pairs)
    assert [step for step, _ in view.losses] == [1, 2, 3, 4, 5, 6]
    assert [entry.metric for entry in view.measurements] == ["clip_t", "clip_i", "overfit_rate"]
    assert all(entry.images == 12 for entry in view.measurements)
    assert weights(studio, node.id) != weights(studio, first)


def test_measurements_compare_the_same_prompts_and_seeds(done: tuple[Studio, str, str]) -> None:
    studio, first, node = done
    before, after = studio.round_view(first), studio.round_view(node)
    assert [tile.candidate.seed for tile in before.candidates] == [
        tile.candidate.seed for tile in after.candidates
    ]
    assert [anchor.id for anchor in before.pool] == [anchor.id for anchor in after.pool]
    gained = {entry.metric: entry for entry in studio.refinement_view(node).measurements}
    for view, name in ((before, "before"), (after, "after")):
        scores = [tile.candidate.similarity_anchor for tile in view.candidates]
        assert getattr(gained["clip_t"], name) == pytest.approx(np.mean(scores))
        copies = [tile.candidate.overfit for tile in view.candidates]
        assert getattr(gained["overfit_rate"], name) == pytest.approx(np.mean(copies))
    for entry in gained.values():
        assert entry.difference == pytest.approx(entry.after - entry.before)
        assert entry.low <= entry.difference <= entry.high
    assert {summary.kind for summary in studio.rounds(after.round.project_id)} == {"fine_tune", "refine"}
    assert after.kind == "refine"
    assert studio.next_step(node) == "accept"


def test_training_set_tells_of_the_pairs(done: tuple[Studio, str, str]) -> None:
    studio, first, node = done
    samples = studio.store.rounds.training_set(node)
    assert samples[:2] == studio.training_set(first)
    pairs = studio.store.refinements.pairs(node)
    assert [entry.image for entry in samples[2:]] == [
        image for pair in pairs for image in (pair.reference_image, pair.generated_image)
    ]
    assert [entry.is_reference for entry in samples[2:]] == [True, False] * 4


def test_style_learns_from_what_was_accepted(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    with pytest.raises(StudioError, match="accept a picture first"):
        studio.make_pairs(first)
    assert len(studio.rounds(studio.store.rounds.get(first).project_id)) == 1
    accepted = studio.store.candidates.get(accept(studio, first))
    node = refined(studio, models, first)
    pairs = studio.refinement_view(node).pairs
    assert {(pair.prompt, pair.reference_image) for pair in pairs} == {("A tie in ink style", accepted.image)}
    assert all(pair.subject == "" and pair.reference_mask is None for pair in pairs)
    assert studio.next_step(node) == "accept"
    anchors = {candidate.anchor_id for candidate in studio.store.candidates.of_round(node)}
    assert accepted.anchor_id in anchors  # drawn again, so that both can be compared
    suggested = studio.accept_suggestion(node)
    assert accepted.anchor_id not in {studio.store.candidates.get(entry).anchor_id for entry in suggested}


def test_style_prefers_the_refined_round_and_looks_above(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    old = studio.store.candidates.get(accept(studio, first)).image
    second = studio.next_round(first).id
    studio.run_round(second)
    work(studio, models)
    node = studio.make_pairs(second).round_id
    base = studio.store.rounds.get(second)
    settings = studio.store.rounds.settings(node).refine
    assert {plan.reference_image for plan in pairing.planned_pairs(studio.store, base, settings)} == {old}
    new = studio.store.candidates.get(accept(studio, second)).image
    planned = pairing.planned_pairs(studio.store, base, settings)
    assert [plan.reference_image for plan in planned] == [new, old, new, old]


def test_picture_accepted_in_part_is_learned_there_alone(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    chosen = studio.round_view(first).candidates[0].candidate
    studio.accept_in_part(chosen.id, half(255, 0))
    node = studio.make_pairs(first).round_id
    work(studio, models)
    (pair, *_) = studio.store.refinements.pairs(node)
    settings = studio.store.rounds.settings(node).refine
    found = weights_of_pair(studio.store, pair, settings, None, None)
    assert (found[0, :, 8:] == 0).all()
    assert found[0, :, :8].max() > 0
    second = studio.next_round(first).id
    (sample,) = (entry for entry in studio.training_set(second) if not entry.is_reference)
    assert sample.mask is not None
    assert studio.store.images.mask(sample.mask).getextrema() == (0, 255)
    plain = studio.fine_tune(second)
    work(studio, models)
    assert studio.store.jobs.get(plain.id).state == "completed"
    assert studio.store.rounds.training_set(second)[1].mask == sample.mask
    partly = weights(studio, second)
    studio.decide([chosen.id], "accepted")  # now the whole picture
    studio.fine_tune(second)
    work(studio, models)
    assert studio.store.rounds.training_set(second)[1].mask is None
    assert weights(studio, second) != partly


def test_one_undo_takes_an_acceptance_in_part_back(studio: Studio) -> None:
    first = first_round(studio, "style")
    chosen = studio.round_view(first).candidates[0].candidate.id
    studio.accept_in_part(chosen, half(255, 0))
    tile = studio.round_view(first).candidates[0]
    assert (tile.verdict, tile.mask is not None) == ("accepted", True)
    assert studio.undo(first) == (chosen,)
    tile = studio.round_view(first).candidates[0]
    assert (tile.verdict, tile.mask) == ("undecided", None)
    assert studio.redo(first) == (chosen,)
    assert studio.round_view(first).candidates[0].mask is not None


def test_pressing_twice_makes_one_refinement(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    project_id = studio.store.rounds.get(first).project_id
    jobs = studio.run_refinement(first)
    assert [job.id for job in studio.run_refinement(first)] == [job.id for job in jobs]
    assert studio.make_pairs(first).id == studio.make_pairs(jobs[0].round_id).id == jobs[0].id
    work(studio, models)
    node = jobs[0].round_id
    assert len(studio.rounds(project_id)) == 2
    for ask in (studio.make_pairs, studio.run_refinement):
        with pytest.raises(StudioError, match="refined with these pictures and settings already"):
            ask(first)
    with pytest.raises(StudioError, match="refined with these pairs and settings already"):
        studio.refine(node)
    assert len(studio.rounds(project_id)) == 2
    studio.change_settings(project_id, {"refine": {"pairs": 5}})
    other = studio.make_pairs(first).round_id
    assert other != node
    work(studio, models)
    assert len(studio.refinement_view(other).pairs) == 5
    assert studio.refinement_view(other).step == "review"
    assert {pair.generated_image for pair in studio.refinement_view(node).pairs} < {
        pair.generated_image for pair in studio.refinement_view(other).pairs
    }


def test_another_setting_trains_beside_and_keeps_the_pairs(
    done: tuple[Studio, str, str], models: Models
) -> None:
    studio, first, node = done
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, {"refine": {"learning_rate": 1e-2}})
    job = studio.refine(node)
    assert job.round_id != node
    before, beside = studio.refinement_view(node), studio.refinement_view(job.round_id)
    assert [pair.generated_image for pair in beside.pairs] == [pair.generated_image for pair in before.pairs]
    assert all(pair.has_maps for pair in beside.pairs)
    work(studio, models)
    assert weights(studio, job.round_id) != weights(studio, node)


def test_what_must_come_first_is_said(studio: Studio, names: tuple[str, str], tower: str) -> None:
    first = first_round(studio, "object")
    with pytest.raises(StudioError, match="is no refinement"):
        studio.refine(first)
    with pytest.raises(StudioError, match="is no refinement"):
        studio.refinement_view(first)
    node = studio.make_pairs(first).round_id
    with pytest.raises(StudioError, match="trained on pairs"):
        studio.fine_tune(node)
    with pytest.raises(StudioError, match="not refined yet: press Refine"):
        studio.generate(node)
    with pytest.raises(StudioError, match="has no pictures yet"):
        studio.next_round(node)
    studio.stop(studio.store.jobs.current(studio.store.rounds.get(first).project_id).id)
    with pytest.raises(StudioError, match="no finished pairs yet"):
        studio.refine(node)
    fresh = studio.rounds(studio.create_project(object_draft(names, changes=changes(tower))))[0].id
    with pytest.raises(StudioError, match="not fine-tuned yet"):
        studio.make_pairs(fresh)
    with pytest.raises(StudioError, match="no pictures yet"):
        studio.judge_quality(fresh)


def test_pairs_wait_for_the_round_and_are_withdrawn_with_it(
    studio: Studio, names: tuple[str, str], tower: str
) -> None:
    fresh = studio.rounds(studio.create_project(object_draft(names, changes=changes(tower))))[0].id
    training, pictures = studio.run_round(fresh)
    pairs, refine, after = studio.run_refinement(fresh)
    jobs = studio.store.jobs
    studio.store.workers.enter("w")
    order = []
    for _ in range(5):
        job = jobs.claim("w")
        assert job is not None
        assert jobs.claim("w") is None  # all others wait for it
        order.append(job.id)
        if len(order) < 5:
            jobs.finish(job.id)
            adapter = studio.store.adapters.add(b"weights")
            studio.store.rounds.finish_training(job.round_id, adapter, "x", ())
    assert order == [training.id, pictures.id, pairs.id, refine.id, after.id]
    jobs.fail(after.id, "no")
    other = studio.rounds(studio.create_project(object_draft(names, changes=changes(tower))))[0].id
    training = studio.fine_tune(other)
    waiting = studio.run_refinement(other)
    studio.stop(training.id)
    assert {jobs.get(job.id).state for job in waiting} == {"stopped"}
    assert "before it did not finish" in jobs.moves(waiting[-1].id)[-1].reason


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
    assert ended is not None
    assert (ended.state, ended.message) == (
        "stopped",
        "Kept the pictures that were finished; Resume draws the rest.",
    )
    kept = [pair.generated_image for pair in studio.refinement_view(job.round_id).pairs]
    assert [image is not None for image in kept] == [True, True, True, True, False, False]
    studio.resume(job.id)
    ended = work(studio, models, job, stop_at(studio, "maps", 0))
    assert ended is not None
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
    """What the pairs hold, without names that differ from workspace to workspace."""
    return [
        (
            pair.prompt,
            pair.seed,
            pair.generated_image,
            pair.reference_mask,
            studio.patch_map(pair.id, "quality"),
            studio.patch_map(pair.id, "reproduction"),
        )
        for pair in studio.refinement_view(node).pairs
    ]


def test_stopped_and_paused_refinement_ends_the_same(
    studio: Studio, models: Models, done: tuple[Studio, str, str]
) -> None:
    whole, _, whole_node = done
    expected, losses = weights(whole, whole_node), whole.refinement_view(whole_node).losses
    first = first_round(studio, "object")
    node = studio.make_pairs(first).round_id
    work(studio, models)
    job = studio.refine(node)
    ended = work(studio, models, job, stop_at(studio, "refine", 3))
    assert ended is not None
    assert (ended.state, ended.message) == ("stopped", "Kept 3 of 6 steps; Resume goes on from there.")
    assert studio.refinement_view(node).step == "review"
    assert studio.store.rounds.get(node).adapter is None
    studio.refine(node)

    def pause(running: Job, progress: Progress) -> None:
        if progress.phase == "refine" and progress.done == 5:
            studio.pause(running.id)

    work(studio, models, watcher=pause)
    paused = studio.store.jobs.current(studio.store.rounds.get(node).project_id)
    assert paused is not None
    assert paused.state == "paused"
    assert studio.refinement_view(node).step == "refine"
    assert studio.refine(node).id == paused.id
    work(studio, models)
    assert weights(studio, node) == expected
    assert studio.refinement_view(node).losses == losses
    assert not list((studio.store.workspace / "checkpoints").rglob("*.safetensors"))


def test_sample_now_shows_the_refinement_on_its_way(
    studio: Studio, models: Models, done: tuple[Studio, str, str]
) -> None:
    first = first_round(studio, "object")
    node = studio.make_pairs(first).round_id
    work(studio, models)

    def watch(job: Job, progress: Progress) -> None:
        if progress.phase == "refine" and progress.done == 2:
            studio.sample_now(job.id)

    job = studio.refine(node)
    work(studio, models, watcher=watch)
    assert studio.store.jobs.get(job.id).state == "completed"
    (sample,) = studio.round_view(node).training_images
    assert (sample.step, sample.prompt) == (2, "a <sks> cat in a gym")
    assert weights(studio, node) == weights(done[0], done[2])  # a look changes nothing


@pytest.mark.slow
def test_killed_worker_goes_on_and_ends_the_same(studio: Studio, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "whole")
    changed = {"refine": {"steps": 40, "checkpoint_every": 3, "pairs": 8}}
    with Store(tmp_path / "whole") as store:
        whole = Studio(store)
        whole.change_settings(whole.store.rounds.get(first_round(whole, "object")).project_id, changed)
        node = whole.run_refinement(first_round(whole, "object"))[0].round_id
        assert subprocess.run(worker_command(store.workspace), env=one_thread(), check=True)
        expected, maps = weights(whole, node), contents(whole, node)
    first = first_round(studio, "object")
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, changed)
    node = studio.run_refinement(first)[0].round_id

    def kill_when(condition: Callable[[], bool]) -> None:
        with subprocess.Popen(worker_command(studio.store.workspace), env=one_thread()) as process:
            try:
                end = time.monotonic() + 300
                while not condition():
                    assert time.monotonic() < end
                    assert process.poll() is None
                    time.sleep(0.05)
            finally:
                process.send_signal(signal.SIGKILL)
        assert studio.job_view(project_id).state == "interrupted"
        studio.resume(studio.job_view(project_id).id or "")

    kill_when(lambda: any(pair.generated_image for pair in studio.store.refinements.pairs(node)))
    kill_when(lambda: len(studio.store.rounds.losses(node)) >= 4)
    subprocess.run(worker_command(studio.store.workspace), env=one_thread(), check=True)
    assert studio.refinement_view(node).step == "done"
    assert contents(studio, node) == maps
    assert weights(studio, node) == expected


def worker_command(workspace: Path) -> list[str]:
    return [
        sys.executable, "-m", "gal_studio.cli", "worker", "--workspace", str(workspace), "--until-empty",
    ]  # fmt: skip


def one_thread() -> dict[str, str]:
    root = str(Path(__file__).parent.parent)
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}


def test_paint_reaches_the_weights_and_the_training(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    node = studio.make_pairs(first).round_id
    work(studio, models)
    pair = studio.store.refinements.pairs(node)[0]
    settings = studio.store.rounds.settings(node).refine
    plain = weights_of_pair(studio.store, pair, settings, None, None)
    studio.paint(pair.id, half(0, 128))
    view = studio.refinement_view(node)
    assert view.pairs[0].painted is not None
    assert (view.can_undo, view.can_redo) == (True, False)
    project = studio.store.projects.get(view.round.project_id)
    judge = open_judge(studio.store, models, project, settings.vision_model)
    brushed = weights_of_pair(studio.store, pair, settings, view.pairs[0].painted, judge)
    assert (brushed[1, :, :8] == 0).all()  # painted bad: nothing is learned there
    np.testing.assert_allclose(brushed[1, :, 8:], plain[1, :, 8:], atol=1e-3)
    assert (brushed[0] >= plain[0] - 1e-3).all()  # and what it stood for counts as lost in y
    assert brushed[0].sum() > plain[0].sum()
    studio.refine(node)
    work(studio, models)
    painted = weights(studio, node)
    assert studio.undo_painting(node) == pair.id
    assert studio.refinement_view(node).pairs[0].painted is None
    studio.refine(node)
    work(studio, models)
    unpainted = weights(studio, node)
    assert painted != unpainted
    assert studio.redo_painting(node) == pair.id
    studio.refine(node)
    work(studio, models)
    assert weights(studio, node) == painted


def test_paint_on_a_finished_refinement_trains_beside_it(
    done: tuple[Studio, str, str], models: Models
) -> None:
    studio, _, node = done
    pair = studio.refinement_view(node).pairs[1]
    studio.paint(pair.id, half(255, 0))
    beside = studio.refine(node).round_id
    assert beside != node
    copied = studio.refinement_view(beside).pairs[1]
    assert copied.painted == studio.refinement_view(node).pairs[1].painted
    work(studio, models)
    assert weights(studio, beside) != weights(studio, node)


def test_next_round_goes_on_from_the_refinement(done: tuple[Studio, str, str], models: Models) -> None:
    studio, _, node = done
    accepted = accept(studio, node)
    assert "goes on from the weights" in studio.refinement_view(node).next_round_rule
    second = studio.next_round(node)
    assert (second.number, second.kind, second.parent_id) == (2, "fine_tune", node)
    assert studio.next_round(node) == second
    assert lineage.starting_adapter(studio.store, second.id) == studio.store.rounds.get(node).adapter
    assert studio.store.candidates.get(accepted).image in [
        entry.image for entry in studio.training_set(second.id)
    ]
    assert len(studio.pool(second.id)) == len(studio.pool(node)) - 1
    job = studio.fine_tune(second.id)
    work(studio, models)
    assert studio.store.jobs.get(job.id).state == "completed"
    assert not [entry for entry in studio.store.rounds.children(second.id)]


def test_next_round_repeats_the_refinement(done: tuple[Studio, str, str], models: Models) -> None:
    studio, first, node = done
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, {"refine": {"next_round": "repeat"}})
    assert "refined again" in studio.refinement_view(node).next_round_rule
    accept(studio, node)
    second = studio.next_round(node)
    assert lineage.starting_adapter(studio.store, second.id) is None
    studio.run_round(second.id)
    studio.run_round(second.id)  # twice is once
    work(studio, models)
    (again,) = studio.store.rounds.children(second.id)
    assert (again.kind, again.number) == ("refine", 2)
    assert studio.refinement_view(again.id).step == "done"
    assert lineage.starting_adapter(studio.store, again.id) == studio.store.rounds.get(second.id).adapter


def test_quality_maps_of_all_candidates(studio: Studio, models: Models) -> None:
    for kind in ("object", "style"):
        first = first_round(studio, kind)
        tile = studio.round_view(first).candidates[0]
        assert not tile.has_map
        assert studio.patch_map(tile.candidate.id) is None
        job = studio.judge_quality(first)
        assert studio.judge_quality(first).id == job.id
        done = work(studio, models, job)
        assert done is not None
        assert (done.state, done.message) == ("completed", "")
        view = studio.round_view(first)
        for tile in view.candidates:
            assert tile.has_map
            found = studio.patch_map(tile.candidate.id, "quality")
            assert found is not None
            values = np.array(found.values)
            assert values.shape == (found.height, found.width) == (16, 16)
            assert values.min() >= 0
            assert values.max() <= 1
        with pytest.raises(StudioError, match="have their quality maps already"):
            studio.judge_quality(first)


def test_own_mask_of_a_reference_counts_and_keeps_the_pictures(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    node = studio.make_pairs(first).round_id
    work(studio, models)
    before = studio.refinement_view(node).pairs
    with pytest.raises(StudioError, match="has all its pairs"):
        studio.make_pairs(node)
    reference = studio.store.projects.references(studio.store.rounds.get(first).project_id)[0]
    studio.set_reference_mask(reference.id, half(255, 0, (40, 32)))
    studio.make_pairs(node)
    work(studio, models)
    after = studio.refinement_view(node).pairs
    assert [pair.generated_image for pair in after] == [pair.generated_image for pair in before]
    mask = studio.store.projects.reference(reference.id).mask
    assert [pair.reference_mask == mask for pair in after] == [True, False, True, False]
    assert all(pair.has_maps for pair in after)
    pair = studio.store.refinements.pairs(node)[0]
    found = weights_of_pair(studio.store, pair, studio.store.rounds.settings(node).refine, None, None)
    assert (found[0, :, 8:] == 0).all()
    studio.set_reference_mask(reference.id, None)
    assert studio.store.projects.reference(reference.id).mask is None


def test_reference_without_a_foreground_is_left_out_and_none_is_refused(
    studio: Studio, models: Models, names: tuple[str, str], tower: str
) -> None:
    first_flat, second_flat = (png(np.full((32, 32, 3), grey)) for grey in (200, 150))

    def pairs_of(references: list[tuple[bytes, str]]) -> Job:
        draft: ProjectDraft = object_draft(names, references=references, changes=changes(tower))
        first = studio.rounds(studio.create_project(draft))[0].id
        studio.fine_tune(first)
        job = studio.make_pairs(first)
        ended = work(studio, models, job)
        assert ended is not None
        return ended

    job = pairs_of([(first_flat, "A <sks> cat on a rug"), (drawing(1), "A <sks> cat on a boat")])
    assert job.state == "completed"
    assert len({pair.reference_image for pair in studio.refinement_view(job.round_id).pairs}) == 1
    job = pairs_of([(second_flat, "A <sks> cat on a rug")])
    assert job.state == "error"
    assert "no reference has a usable foreground: paint a mask" in job.message
    with pytest.raises(StudioError, match="no reference has a usable foreground"):
        studio.make_pairs(job.round_id)
    reference = studio.store.projects.references(job.project_id)[0]
    studio.set_reference_mask(reference.id, half(255, 0))
    ended = work(studio, models, studio.make_pairs(job.round_id))
    assert ended is not None
    assert ended.state == "completed"


def test_bad_paint_and_masks_are_one_sentence(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    node = studio.make_pairs(first).round_id
    work(studio, models)
    pair = studio.refinement_view(node).pairs[0]
    studio.paint(pair.id, half(255, 128))
    kept = studio.refinement_view(node).pairs[0].painted
    with pytest.raises(StudioError, match="16 x 16 pixels"):
        studio.paint(pair.id, half(0, 128, (16, 16)))
    with pytest.raises(StudioError, match="not a picture"):
        studio.paint(pair.id, b"nonsense")
    with pytest.raises(StudioError, match="no pair 'nothing'"):
        studio.paint("nothing", half(0, 128))
    assert studio.refinement_view(node).pairs[0].painted == kept
    studio.paint(pair.id, half(128, 128))  # nothing painted is no paint
    assert studio.refinement_view(node).pairs[0].painted is None
    candidate = studio.round_view(first).candidates[0].candidate.id
    reference = studio.round_view(first).project.references[0]
    for left, right, words in (
        (0, 0, "covers nothing"),
        (255, 255, "covers everything"),
        (255, 0, "16 x 16"),
    ):
        own, of_reference = ((16, 16), (16, 16)) if words == "16 x 16" else ((32, 32), (40, 32))
        with pytest.raises(StudioError, match=words):
            studio.accept_in_part(candidate, half(left, right, own))
        with pytest.raises(StudioError, match=words):
            studio.set_reference_mask(reference.id, half(left, right, of_reference))
    assert studio.round_view(first).accepted == 0
    assert studio.store.projects.reference(reference.id).mask is None


def test_two_subjects_are_judged_by_their_own_references(
    studio: Studio, models: Models, names: tuple[str, str], tower: str
) -> None:
    from gal_studio.studio import ReferenceDraft

    references = [
        ReferenceDraft(drawing(1), "A <sks> cat on a rug", "<sks>"),
        ReferenceDraft(drawing(3), "A <zwx> dog on a boat", "<zwx>"),
    ]
    draft = object_draft(names, references=references, trigger_word="", changes=changes(tower))
    first = studio.rounds(studio.create_project(draft))[0].id
    studio.run_round(first)
    node = studio.make_pairs(first).round_id
    quality = studio.judge_quality(first)
    work(studio, models)
    pairs = studio.refinement_view(node).pairs
    assert [(pair.subject, pair.prompt.split(" on ")[0]) for pair in pairs] == [
        ("<sks>", "a <sks> cat"),
        ("<zwx>", "a <zwx> dog"),
    ] * 2
    assert all(pair.has_maps for pair in pairs)
    assert studio.store.jobs.get(quality.id).phase == "maps"
    assert all(tile.has_map for tile in studio.round_view(first).candidates)
