"""What a person changes in a project may be refused by a feature, which is asked in one place."""

from inspect import getmembers, isfunction, signature

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import hooks
from gal_studio.state.hooks import Hooks
from gal_studio.studio import Studio
from tests.features.needed import refinings

MARKED = {name: verb for name, verb in getmembers(Studio, isfunction) if hasattr(verb, "by_hand_of")}
ROWS = {
    "project_id": "projects", "round_id": "rounds", "anchor_id": "anchors", "candidate_id": "candidates",
    "marks": "candidates", "trial_id": "trials",
}  # fmt: skip


def test_a_marked_verb_begins_with_the_rows_that_it_names() -> None:
    assert len(MARKED) >= 25
    for name, verb in MARKED.items():
        assert verb.by_hand_of == ROWS[list(signature(verb).parameters)[1]], name


def test_a_feature_that_keeps_a_project_as_it_is_is_asked(
    studio: Studio, round_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    asked = Hooks(by_hand=lambda _, own: "It is kept." if own == project_id else "")
    monkeypatch.setattr(hooks, "all_hooks", lambda: (Hooks(), asked))
    anchor = studio.store.projects.anchors(project_id)[0].id
    for act in (
        lambda: studio.fine_tune(round_id),
        lambda: studio.run_missing(round_id),
        *refinings(studio, round_id),
        lambda: studio.accept_suggestion(round_id),
        lambda: studio.change_settings(project_id, {}),
        lambda: studio.enable_anchor(anchor, enabled=False),
        lambda: studio.undo(round_id=round_id),
    ):
        with pytest.raises(StudioError, match="It is kept"):
            act()
    studio.rename_round(round_id, "Another name")


def test_what_is_not_there_is_refused_as_such(studio: Studio) -> None:
    with pytest.raises(StudioError, match="There is no round"):
        studio.undo("nothing")
    with pytest.raises(StudioError, match="There is no picture"):
        studio.set_weight("nothing", 1.0)
