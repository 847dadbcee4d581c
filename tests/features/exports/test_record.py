"""Exports: a form that is prepared again keeps what was made before, unless the new one is done."""

from gal_studio.core.types import Round
from gal_studio.state import Store


def test_a_failed_second_export_keeps_the_first(store: Store, first_round: Round) -> None:
    exports, round_id = store.exports, first_round.id
    exports.ask(round_id, "kohya", ("Gained 1.",))
    assert [(each.form, each.made_of) for each in exports.waiting(round_id)] == [("kohya", "")]
    exports.finish(round_id, "kohya", "weights", "Checked.", True)
    exports.ask(round_id, "kohya", ())
    (again,) = exports.waiting(round_id)
    assert (again.made_of, again.sentence) == ("weights", "Checked.")
    exports.forget(round_id, "kohya")
    assert exports.waiting(round_id) == ()
    (kept,) = exports.of_round(round_id)
    assert (kept.made_of, kept.waits) == ("weights", False)


def test_a_failed_first_export_leaves_nothing(store: Store, first_round: Round) -> None:
    round_id = first_round.id
    store.exports.ask(round_id, "comfyui", ())
    store.exports.forget(round_id, "comfyui")
    assert store.exports.of_round(round_id) == ()
