from typing import get_args

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import (
    ACTIVE,
    RESUMABLE,
    TRANSITIONS,
    WORKING,
    can_transition,
    check_transition,
)
from gal_studio.core.types import JobState

STATES = get_args(JobState)


def test_the_table_has_exactly_the_states():
    assert set(TRANSITIONS) == set(STATES)
    assert all(target in STATES for targets in TRANSITIONS.values() for target in targets)


def test_completed_is_final():
    with pytest.raises(StudioError, match="The job is completed and cannot become running: start a new job"):
        check_transition("completed", "running")


def test_an_illegal_transition_names_the_legal_ones():
    with pytest.raises(StudioError, match="it can only become queued"):
        check_transition("stopped", "running")


def test_no_state_leads_to_itself():
    assert not any(can_transition(state, state) for state in STATES)


def test_the_job_of_a_dead_worker_can_be_interrupted_and_resumed():
    assert all(can_transition(state, "interrupted") for state in WORKING)
    assert all(can_transition(state, "queued") for state in RESUMABLE)
    assert not RESUMABLE & ACTIVE


def test_every_state_can_be_reached_from_queued():
    reached, frontier = {"queued"}, ["queued"]
    while frontier:
        for target in TRANSITIONS[frontier.pop()] - reached:
            reached.add(target)
            frontier.append(target)
    assert reached == set(STATES)
