"""The snapshot of a project that is kept is that of a store that is opened now."""

from pathlib import Path

import pytest

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.ui.seeded import finished


@pytest.fixture
def place(tmp_path: Path):
    studio, project, round_id = finished(tmp_path / "workspace", candidates=2)
    with studio.store:
        yield studio, project, round_id


def afresh(store: Store, round_id: str) -> RoundSnapshot:
    with Store(store.workspace) as other:
        return other.snapshots.round(round_id)


def values(here: RoundSnapshot) -> list[object]:
    """What a round says of itself."""
    return [
        here.round, here.settings, here.tiles, here.decided.log, here.scores, here.standard, here.check,
        here.best_recipe, here.project.anchors, here.project.project, here.record.stored_losses,
    ]  # fmt: skip


def test_it_is_given_again_until_something_is_written(place: tuple[Studio, str, str]) -> None:
    studio, project, round_id = place
    before = studio.store.snapshots.round(round_id)
    assert studio.store.snapshots.round(round_id) is before
    assert studio.store.snapshots.project(project).round(round_id) is before
    writes = {
        "decision": lambda: studio.decide([before.tiles[0].id], "accepted"),
        "mark": lambda: studio.mark_copies([before.tiles[1].id], True),
        "undo": lambda: studio.undo(round_id),
        "settings": lambda: studio.change_settings(project, {"tune": {"steps": 9}}),
        "losses": lambda: studio.store.rounds.save_losses(round_id, [(40, 0.5)]),
        "name": lambda: studio.rename(project, "Another"),
        "anchor": lambda: studio.enable_anchor(before.project.anchors[0].id, False),
        "new round": lambda: studio.branch(round_id),
    }
    for name, write in writes.items():
        write()
        here = studio.store.snapshots.round(round_id)
        assert here is not before, name
        assert values(here) == values(afresh(studio.store, round_id)), name
        before = here


def test_a_decision_leaves_the_pictures_with_all_that_is_known_of_them(
    place: tuple[Studio, str, str],
) -> None:
    studio, _, round_id = place
    before = studio.store.snapshots.round(round_id)
    tiles, scores = before.tiles, before.scores
    studio.decide([tiles[0].id], "accepted")
    after = studio.store.snapshots.round(round_id)
    assert after.tiles is tiles and after.scores is scores
    assert after.decided.accepted == (tiles[0].id,) and not before.decided.accepted


def test_what_was_undone_with_its_transaction_is_not_kept(place: tuple[Studio, str, str]) -> None:
    """The version of the undone decision comes again with another decision."""
    studio, project, round_id = place
    store = studio.store
    one, other = store.snapshots.round(round_id).tiles[:2]
    with pytest.raises(RuntimeError), store.database.transaction():
        studio.decide([one.id], "accepted")
        assert store.snapshots.round(round_id).decided.accepted == (one.id,)
        undone = store.projects.version(project)
        raise RuntimeError
    studio.decide([other.id], "accepted")
    assert store.projects.version(project) == undone
    assert store.snapshots.round(round_id).decided.accepted == (other.id,)


def test_what_another_store_writes_is_seen(place: tuple[Studio, str, str]) -> None:
    studio, _, round_id = place
    first = studio.store.snapshots.round(round_id).tiles[0]
    with Store(studio.store.workspace) as other:
        Studio(other).decide([first.id], "rejected")
    assert studio.store.snapshots.round(round_id).decided.rejected == {first.id}


def test_the_features_are_read_when_a_policy_needs_them(
    place: tuple[Studio, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, _, round_id = place
    monkeypatch.setattr(type(find_policy("random")), "needs_features", True)
    assert studio.store.snapshots.round(round_id).pictures.features is None
    features = studio.store.snapshots.round(round_id, "random").pictures.features
    assert features is not None and len(features) == len(studio.store.snapshots.round(round_id).tiles)


def test_what_is_supposed_is_what_stands_once_it_is_written(place: tuple[Studio, str, str]) -> None:
    studio, _, round_id = place
    here = studio.store.snapshots.round(round_id)
    settings = here.settings.updated({"gal": {"policy": "random"}, "generation": {"candidates": 7}})
    supposed = here.supposing(settings)
    assert here.settings.gal.policy == "uncertainty"
    studio.store.rounds.set_settings(round_id, settings)
    assert values(supposed) == values(studio.store.snapshots.round(round_id))
