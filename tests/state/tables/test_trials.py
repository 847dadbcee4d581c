"""Trials as rows: what is asked for is seen at once."""

from gal_studio.core.types import Round
from gal_studio.state import Store
from gal_studio.state.change_stamp import project_stamp
from gal_studio.state.tables.trials import NewTrial


def test_the_page_learns_of_a_trial_while_it_waits(store: Store, first_round: Round) -> None:
    before = project_stamp(store, first_round.project_id)
    trial = store.trials.add(first_round.id, NewTrial("A tree", 1, 5.0, 1.0))
    assert not trial.image and not trial.trouble
    assert project_stamp(store, first_round.project_id) != before
