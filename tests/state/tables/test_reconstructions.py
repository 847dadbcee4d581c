"""Requests to look at pictures: each is taken once, and its answer kept for the model's edition."""

from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.core.records.project import Project
from gal_studio.state import Store
from tests.stored_project import Clock

ONE, TWO, BACK = "1" * 64, "2" * 64, "b" * 64


def test_a_request_is_taken_once_and_answered(store: Store) -> None:
    table = store.reconstructions
    assert not table.has_requests() and table.take() == ()
    asked = table.ask(ONE, "model", "first")
    assert asked.answered is None and asked.fidelity is None
    assert table.ask(ONE, "model", "first") == asked
    assert table.has_requests()
    assert table.take() == (asked,)
    assert not table.has_requests() and table.take() == (), "what a worker died of is not tried again"
    table.answer(asked, BACK, Fidelity(25.0, 0.75, 0.5))
    answer = table.ask(ONE, "model", "first")
    assert answer.fidelity == Fidelity(25.0, 0.75, 0.5)
    assert (answer.seen_image, answer.trouble) == (BACK, "")
    assert answer.answered is not None
    assert table.is_answer(ONE, BACK) and not table.is_answer(TWO, BACK)


def test_requests_of_one_model_are_taken_together(store: Store, clock: Clock) -> None:
    for image, model in ((ONE, "first"), (ONE, "second"), (TWO, "first")):
        clock.now += 1
        store.reconstructions.ask(image, model, "")
    assert [(one.image, one.base_model) for one in store.reconstructions.take()] == [
        (ONE, "first"),
        (TWO, "first"),
    ]
    assert [one.base_model for one in store.reconstructions.take()] == ["second"]


def test_another_edition_of_a_model_is_asked_anew(store: Store) -> None:
    first = store.reconstructions.ask(ONE, "model", "first")
    store.reconstructions.take()
    second = store.reconstructions.ask(ONE, "model", "second")
    store.reconstructions.answer(first, BACK, Fidelity(25.0, 0.75, 0.5))  # too late
    assert second.answered is None
    assert [one.edition for one in store.reconstructions.take()] == ["second"]
    store.reconstructions.give_up(second, "It is not on this machine.")
    told = store.reconstructions.get(ONE, "model")
    assert told is not None and told.answered is not None and told.fidelity is None
    assert told.trouble == "It is not on this machine."


def test_only_pictures_without_a_project_are_forgotten(store: Store, project: Project, clock: Clock) -> None:
    used = store.projects.references(project.id)[0].image
    for image in (used, ONE):
        store.reconstructions.answer(
            store.reconstructions.ask(image, "model", ""), BACK, Fidelity(25.0, 0.75, 0.5)
        )
    clock.now += 10
    store.reconstructions.ask(TWO, "model", "")
    assert store.reconstructions.forget_unused(clock.now - 20) == ()
    assert sorted(store.reconstructions.forget_unused(clock.now)) == sorted((ONE, BACK))
    assert store.reconstructions.get(used, "model") and store.reconstructions.get(TWO, "model")
