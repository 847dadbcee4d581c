"""A refinement learns from a snapshot of the store, which is stored with it."""

import pytest

from gal_studio.core.types import Job
from gal_studio.engine.training import latents
from gal_studio.features.refine import rules
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.worker.running import (
    Watch,
    accept,
    first_round,
    half,
    stop_at,
    weights,
    work,
)


def paint_when(studio: Studio, pair_id: str, phase: str) -> Watch:
    def watch(_job: Job, progress: Progress) -> None:
        if progress.phase == phase:
            studio.paint(pair_id, half(0, 128))

    return watch


def test_what_is_painted_before_the_training_begins_is_learned_and_noted(
    studio: Studio, models: Models
) -> None:
    node = studio.make_pairs(first_round(studio, "object")).round_id
    work(studio, models)
    pair = studio.store.refinements.pairs(node)[0].id
    studio.refine(node)
    work(studio, models, watcher=paint_when(studio, pair, "loading"))
    early = weights(studio, node)
    assert fingerprints.is_trained(inputs_of(studio.store, node))
    studio.undo_painting(node)
    studio.refine(node)
    begun_as = fingerprints.training_fingerprint(inputs_of(studio.store, node))
    work(studio, models, watcher=paint_when(studio, pair, "encode"))
    assert studio.store.rounds.get(node).trained_as == begun_as
    assert not fingerprints.is_trained(inputs_of(studio.store, node))
    assert weights(studio, node) != early


def test_the_record_is_what_was_trained_on(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    accept(studio, first, 0)
    taken_back = accept(studio, first, 4)
    second = studio.next_round(first).id
    studio.run_round(second)
    work(studio, models)
    accept(studio, second)
    node = studio.make_pairs(second).round_id
    work(studio, models)
    expected = rules.trained_pictures(inputs_of(studio.store, node))

    def watch(_job: Job, progress: Progress) -> None:
        if (progress.phase, progress.done) == ("refine", 2):
            studio.decide([taken_back], "rejected")

    job = studio.refine(node)
    work(studio, models, watcher=watch)
    assert studio.store.jobs.get(job.id).state == "completed"
    assert studio.store.rounds.training_set(node) == expected
    assert rules.trained_pictures(inputs_of(studio.store, node)) != expected


@pytest.mark.thorough
def test_other_maps_make_another_refinement(studio: Studio, models: Models) -> None:
    """An older checkpoint is not resumed, and does not make the job fail."""
    node = studio.make_pairs(first_round(studio, "object")).round_id
    work(studio, models)
    job = studio.refine(node)
    work(studio, models, job, stop_at(studio, "refine", 3))
    (pair, *_) = studio.store.refinements.pairs(node)
    stored = studio.store.refinements.map(pair.id, "quality")
    assert stored is not None
    stored.values[:] = 1 - stored.values
    studio.store.refinements.save_map(pair.id, "quality", stored)
    steps: list[float] = []

    def watch(_job: Job, progress: Progress) -> None:
        if progress.phase == "refine":
            steps.append(progress.done)

    studio.resume(job.id)
    ended = work(studio, models, job, watch)
    assert ended is not None
    assert (ended.state, steps[0]) == ("completed", 1)


def test_a_picture_of_many_pairs_is_encoded_once(studio: Studio, models: Models, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    node = studio.make_pairs(first_round(studio, "object")).round_id
    work(studio, models)
    plain, calls = latents.encode_picture, list[int]()

    def encode(*arguments):  # type: ignore[no-untyped-def]
        calls.append(1)
        return plain(*arguments)

    monkeypatch.setattr(latents, "encode_picture", encode)
    studio.refine(node)
    work(studio, models)
    used = {pair.generated_image for pair in studio.store.refinements.pairs(node)}
    used |= {example.image for example in studio.training_set(node)}
    classes = len(
        studio.store.database.rows(
            "SELECT DISTINCT image FROM class_images WHERE drawn_by NOT LIKE 'base: %'"
        )
    )
    assert len(calls) == len(used) + classes
