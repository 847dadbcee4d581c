"""A whole refinement: pairs, training, pictures, measurements, and refusals."""

from dataclasses import replace

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.refine import rules
from gal_studio.features.refine.each_round import describe_refinement
from gal_studio.features.refine.engine import measure_refinement
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.tables.refinements import Measurement
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.job_moves import moves
from tests.tiny_project import object_draft
from tests.worker.running import (
    accept,
    changes,
    first_round,
    refined,
    weights,
    work,
)


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
    assert all(pair.maps_version and pair.reference_mask and pair.subject == "<sks>" for pair in view.pairs)
    assert all(0 <= (pair.mean_reproduction or -1) <= 1 for pair in view.pairs)
    assert [step for step, _ in view.losses] == [1, 2, 3, 4, 5, 6]
    assert [measured.metric for measured in view.measurements] == ["clip_t", "overfit_rate", "object", "rest"]
    assert [measured.images for measured in view.measurements[:2]] == [12, 12]
    assert all(0 < measured.images <= 12 for measured in view.measurements[2:]), "where an object is found"
    assert weights(studio, node.id) != weights(studio, first)


def test_measurements_compare_the_same_prompts_and_seeds(done: tuple[Studio, str, str]) -> None:
    studio, first, node = done
    before, after = studio.round_view(first), studio.round_view(node)
    assert [tile.candidate.seed for tile in before.candidates] == [
        tile.candidate.seed for tile in after.candidates
    ]
    assert [anchor.id for anchor in before.pool] == [anchor.id for anchor in after.pool]
    gained = {measured.metric: measured for measured in studio.refinement_view(node).measurements}
    for view, name in ((before, "before"), (after, "after")):
        scores = [tile.candidate.similarity_anchor for tile in view.candidates]
        assert getattr(gained["clip_t"], name) == pytest.approx(np.mean(scores))
        copies = [tile.candidate.overfit for tile in view.candidates]
        assert getattr(gained["overfit_rate"], name) == pytest.approx(np.mean(copies))
    for measured in gained.values():
        assert measured.difference == pytest.approx(measured.after - measured.before)
        assert measured.low <= measured.difference <= measured.high
    assert {summary.kind for summary in studio.rounds(after.round.project_id)} == {"fine_tune", "refine"}
    assert after.round.kind == "refine"
    made = studio.proposal(node)  # a tiny model may copy always, or never
    assert studio.next_step(node) == ("accept" if made.suggestions else "done" if made.ends else "next_round")


def test_training_set_tells_of_the_pairs(done: tuple[Studio, str, str]) -> None:
    studio, first, node = done
    samples = studio.store.rounds.training_set(node)
    assert samples[:2] == studio.training_set(first)
    pairs = studio.store.refinements.pairs(node)
    assert [example.image for example in samples[2:]] == [
        image for pair in pairs for image in (pair.reference_image, pair.generated_image)
    ]
    assert [example.is_reference for example in samples[2:]] == [True, False] * 4


def test_a_pair_is_judged_by_two_maps_of_the_vision_model(done: tuple[Studio, str, str]) -> None:
    studio, _, node = done
    inputs = inputs_of(studio.store, node)
    first, *others = [pair.id for pair in inputs.pairs]
    assert rules.judged_pairs(inputs) == {first, *others}
    dino = inputs.here.settings.updated({"refine": {"vision_model": "dino"}})
    assert rules.judged_pairs(replace(inputs, here=inputs.here.supposing(dino))) == frozenset()
    lone = {**inputs.maps, first: {"quality": inputs.maps[first]["quality"]}}
    assert rules.judged_pairs(replace(inputs, maps=lone)) == {*others}


def test_style_learns_from_what_was_accepted(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    with pytest.raises(StudioError, match="accept an image first"):
        studio.make_pairs(first)
    assert len(studio.rounds(studio.store.rounds.get(first).project_id)) == 1
    accepted = studio.store.candidates.get(accept(studio, first))
    studio.set_weight(accepted.id, 0.0)
    with pytest.raises(
        StudioError, match="Round 1 would train on nothing, because its accepted images weigh"
    ):
        studio.make_pairs(first)
    studio.set_weight(accepted.id, 1.0)
    node = refined(studio, models, first)
    pairs = studio.refinement_view(node).pairs
    assert {(pair.prompt, pair.reference_image) for pair in pairs} == {("A tie in ink style", accepted.image)}
    assert all(pair.subject == "" and pair.reference_mask is None for pair in pairs)
    drawn = studio.store.candidates.of_round(node)
    studio.mark_each({one.id: one.index == 0 for one in drawn})  # every prompt is undecided
    assert studio.next_step(node) == "accept"
    anchors = {candidate.anchor_id for candidate in studio.store.candidates.of_round(node)}
    assert accepted.anchor_id in anchors  # drawn again, so that both can be compared
    suggested = studio.accept_suggestion(node)
    assert accepted.anchor_id not in {
        studio.store.candidates.get(candidate_id).anchor_id for candidate_id in suggested
    }


def test_what_was_trained_on_is_not_measured(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    accept(studio, first)
    node = refined(studio, models, first)
    view = studio.refinement_view(node)
    assert view.unmeasured == ""
    prompts = {tile.prompt for tile in studio.round_view(node).candidates} - {"A tie in ink style"}
    assert (
        rules.measured_prompts(studio.store.snapshots.round(node), studio.store.rounds.training_set(node))
        == prompts
    )
    gained = {measured.metric: measured for measured in view.measurements}
    assert {measured.images for measured in gained.values()} == {9}
    scores = [
        tile.candidate.similarity_anchor
        for tile in studio.round_view(node).candidates
        if tile.prompt in prompts
    ]
    assert gained["clip_t"].after == pytest.approx(np.mean(scores))
    blank = next(tile.candidate.id for tile in studio.round_view(node).candidates if tile.prompt in prompts)
    studio.store.database.write("UPDATE candidates SET remark = 'flat' WHERE id = ?", (blank,))
    store, refinement = studio.store, studio.store.rounds.get(node)
    measure_refinement(store, models, store.projects.get(refinement.project_id), refinement)
    assert {gain.images for gain in studio.refinement_view(node).measurements} == {8}, "a blank has no figure"


def test_where_all_was_trained_on_words_stand_for_figures(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    for number in range(0, 12, 3):  # a picture of every anchor
        accept(studio, first, number)
    node = refined(studio, models, first)
    view = studio.refinement_view(node)
    assert view.step == "done"
    assert view.measurements == ()
    assert "trained on every prompt" in view.unmeasured
    told = describe_refinement(studio, node)
    assert told is not None
    assert (told["metrics_after"], told["unmeasured"]) == ({}, view.unmeasured)
    old = Measurement("clip_t", 0.2, 0.3, 0.1, 0.05, 0.15, 12)
    studio.store.refinements.save_measurements(node, [old])  # as older workspaces hold it
    view = studio.refinement_view(node)
    assert ([measured.images for measured in view.measurements], view.unmeasured) == ([12], "")


def test_style_prefers_the_refined_round_and_looks_above(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    old = studio.store.candidates.get(accept(studio, first)).image
    second = studio.next_round(first).id
    studio.run_round(second)
    work(studio, models)
    node = studio.make_pairs(second).round_id
    base = studio.store.rounds.get(second)
    settings = studio.store.rounds.get(node).settings.refine
    assert {
        plan.reference_image for plan in rules.planned_pairs(inputs_of(studio.store, base.id, True), settings)
    } == {old}
    new = studio.store.candidates.get(accept(studio, second)).image
    own = studio.store.candidates.get(accept(studio, second, 5))
    studio.set_weight(own.id, 0.25)
    planned = rules.planned_pairs(inputs_of(studio.store, base.id, True), settings)
    assert [plan.reference_image for plan in planned][:4] == [new, own.image, old, new]
    kept = [
        lineage.round_weight(studio.store.snapshots.round(second)),
        0.25,
        lineage.round_weight(studio.store.snapshots.round(first)),
    ]
    assert [plan.weight for plan in planned][:3] == kept, "Eq. G8, or set by hand"


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
        with pytest.raises(StudioError, match="already refined with these images and settings"):
            ask(first)
    with pytest.raises(StudioError, match="already refined with these pairs and settings"):
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
    assert studio.refine(node) == job
    before, beside = studio.refinement_view(node), studio.refinement_view(job.round_id)
    assert [pair.generated_image for pair in beside.pairs] == [pair.generated_image for pair in before.pairs]
    assert all(pair.maps_version for pair in beside.pairs)
    work(studio, models)
    assert weights(studio, job.round_id) != weights(studio, node)


def test_what_must_come_first_is_said(studio: Studio, names: tuple[str, str], tower: str) -> None:
    first = first_round(studio, "object")
    with pytest.raises(StudioError, match="is not a refinement"):
        studio.refine(first)
    with pytest.raises(StudioError, match="is not a refinement"):
        studio.refinement_view(first)
    node = studio.make_pairs(first).round_id
    with pytest.raises(StudioError, match="trained on pairs"):
        studio.fine_tune(node)
    with pytest.raises(StudioError, match="not refined yet: press Train on these pairs"):
        studio.generate(node)
    with pytest.raises(StudioError, match="has no images yet"):
        studio.next_round(node)
    studio.stop(studio.store.jobs.current(studio.store.rounds.get(first).project_id).id)
    with pytest.raises(StudioError, match="no finished pairs yet"):
        studio.refine(node)
    fresh = studio.rounds(studio.create_project(object_draft(names, changes=changes(tower))))[0].id
    with pytest.raises(StudioError, match="not trained yet"):
        studio.make_pairs(fresh)
    with pytest.raises(StudioError, match="no images yet"):
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
    assert "before it did not finish" in moves(studio.store, waiting[-1].id)[-1].reason
