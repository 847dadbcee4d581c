"""Exports: a form that is prepared again keeps what was made before, unless the new one is done."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.exports.record import exports_of, file_of
from gal_studio.studio import Studio


def test_a_failed_second_export_keeps_the_first(studio: Studio, round_id: str) -> None:
    exports = exports_of(studio.store)
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


def test_a_failed_first_export_leaves_nothing(studio: Studio, round_id: str) -> None:
    exports_of(studio.store).ask(round_id, "comfyui", ())
    exports_of(studio.store).forget(round_id, "comfyui")
    assert exports_of(studio.store).of_round(round_id) == ()


def test_a_file_stays_in_the_workspace(studio: Studio, round_id: str) -> None:
    """Of a round whose identity a damaged workspace names as a path."""
    identity = "../../elsewhere"
    studio.store.database.write("PRAGMA foreign_keys = OFF")
    studio.store.database.write("UPDATE rounds SET id = ? WHERE id = ?", (identity, round_id))
    with pytest.raises(StudioError, match="is not an ID of the studio"):
        file_of(studio.store, identity, "kohya")
