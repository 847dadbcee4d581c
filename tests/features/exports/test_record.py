"""Exports: a form that is prepared again keeps what was made before, unless the new one is done."""

from pathlib import Path
from random import Random

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.exports.record import exports_of, file_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.workspace.filled import fill
from tests.workspace.test_foreign_ids import rename


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


def test_a_round_whose_id_leads_elsewhere_has_no_file(tmp_path: Path) -> None:
    workspace, identity = tmp_path / "workspace", "../../victim"
    with Store(workspace) as store:
        fill(store, Random(1))
    rename(workspace, "rounds", identity)
    with Store(workspace) as store, pytest.raises(StudioError, match="is not an ID of the studio"):
        file_of(store, identity, "kohya")
