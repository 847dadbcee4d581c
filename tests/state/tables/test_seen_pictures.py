"""Requests to look at pictures: each is taken once, and its answer kept for the model's edition."""

from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project
from tests.stored_project import Clock

ONE, TWO, BACK = "1" * 64, "2" * 64, "b" * 64


def test_a_request_is_taken_once_and_answered(store: Store) -> None:
    seen = store.seen
    assert not seen.has_requests() and seen.take() == ()
    asked = seen.ask(ONE, "model", "first")
    assert asked.answered is None and asked.fidelity is None
    assert seen.ask(ONE, "model", "first") == asked
    assert seen.has_requests()
    assert seen.take() == (asked,)
    assert not seen.has_requests() and seen.take() == (), "what a worker died of is not tried again"
    seen.answer(asked, BACK, Fidelity(25.0, 0.75, 0.5))
    answer = seen.ask(ONE, "model", "first")
    assert answer.fidelity == Fidelity(25.0, 0.75, 0.5)
    assert (answer.seen_image, answer.trouble) == (BACK, "")
    assert answer.answered is not None
    assert seen.is_answer(ONE, BACK) and not seen.is_answer(TWO, BACK)


def test_requests_of_one_model_are_taken_together(store: Store, clock: Clock) -> None:
    for image, model in ((ONE, "first"), (ONE, "second"), (TWO, "first")):
        clock.now += 1
        store.seen.ask(image, model, "")
    assert [(one.image, one.base_model) for one in store.seen.take()] == [(ONE, "first"), (TWO, "first")]
    assert [one.base_model for one in store.seen.take()] == ["second"]


def test_another_edition_of_a_model_is_asked_anew(store: Store) -> None:
    first = store.seen.ask(ONE, "model", "first")
    store.seen.take()
    second = store.seen.ask(ONE, "model", "second")
    store.seen.answer(first, BACK, Fidelity(25.0, 0.75, 0.5))  # too late
    assert second.answered is None
    assert [one.edition for one in store.seen.take()] == ["second"]
    store.seen.give_up(second, "It is not on this machine.")
    told = store.seen.get(ONE, "model")
    assert told is not None and told.answered is not None and told.fidelity is None
    assert told.trouble == "It is not on this machine."


def test_only_pictures_without_a_project_are_forgotten(store: Store, project: Project, clock: Clock) -> None:
    used = store.projects.references(project.id)[0].image
    for image in (used, ONE):
        store.seen.answer(store.seen.ask(image, "model", ""), BACK, Fidelity(25.0, 0.75, 0.5))
    clock.now += 10
    store.seen.ask(TWO, "model", "")
    assert store.seen.forget_unused(clock.now - 20) == ()
    assert sorted(store.seen.forget_unused(clock.now)) == sorted((ONE, BACK))
    assert store.seen.get(used, "model") and store.seen.get(TWO, "model")
