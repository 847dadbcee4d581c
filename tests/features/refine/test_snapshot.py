"""A refinement learns from a snapshot of the store, which is stored with it."""

from gal_studio.core.types import Job
from gal_studio.engine.training import latents
from gal_studio.features.refine import rules
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.worker.running import accept, first_round, half, paired, trained_on_pairs, work
from tests.worker.working import at, weights


def test_what_is_painted_before_the_training_begins_is_learned_and_noted(
    studio: Studio, models: Models
) -> None:
    node = paired(studio, models)
    pair = studio.store.refinements.pairs(node)[0].id

    def paint(_: Job) -> None:
        studio.paint(pair, half(0, 128))

    early = trained_on_pairs(studio, models, node, at("loading", 0, paint))
    assert fingerprints.is_trained(inputs_of(studio.store, node))
    studio.undo_painting(node)
    studio.refine(node)
    begun_as = fingerprints.training_fingerprint(inputs_of(studio.store, node))
    work(studio, models, watcher=at("encode", 0, paint))
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
    job = studio.refine(node)
    work(studio, models, watcher=at("refine", 2, lambda _: studio.decide([taken_back], "rejected")))
    assert studio.store.jobs.get(job.id).state == "completed"
    assert studio.store.rounds.training_set(node) == expected
    assert rules.trained_pictures(inputs_of(studio.store, node)) != expected


def test_a_picture_of_many_pairs_is_encoded_once(studio: Studio, models: Models, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    node = paired(studio, models)
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
