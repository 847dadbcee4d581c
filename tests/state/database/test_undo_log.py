"""Undo and redo of decisions, marks, paintings and reference masks behave like two stacks of states."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gal_studio.core.decisions import CandidateState, Mark
from gal_studio.core.records.round import Round
from gal_studio.core.undo import steps_of
from gal_studio.state import Store
from gal_studio.state.database.undo_log import UndoLog
from tests.stored_project import new_candidate

Values = dict[str, Any]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "record", "undo", "redo"]),
        st.dictionaries(st.integers(0, 2), st.sampled_from([None, "a", "b"]), min_size=1),
    ),
    max_size=15,
)


@pytest.fixture(params=["decisions", "marks", "paintings", "reference masks"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fresh(store: Store, base: Round, kind: str) -> tuple[UndoLog[Any], str, list[str], dict[Any, Any]]:
    """A log, a scope without a row, its keys, and the value for each letter of a step."""
    if kind == "reference masks":
        reference = store.projects.references(base.project_id)[0].id
        store.database.write("DELETE FROM reference_masks")
        return store.projects.masks, reference, [reference], {None: None, "a": "a", "b": "b"}
    settings = base.settings
    if kind == "paintings":
        node = store.rounds.add(base.project_id, base.id, settings, "refine").id
        keys = [f"{number:016x}" for number in range(3)]
        return store.refinements.paintings, node, keys, {None: None, "a": "a", "b": "b"}
    branch = store.rounds.add(base.project_id, None, settings).id
    anchor = store.projects.anchors(base.project_id)[0]
    store.candidates.save(branch, [new_candidate(store, anchor.id, index) for index in range(3)])
    verdicts = {
        None: CandidateState("undecided"),
        "a": CandidateState("accepted", "part", 0.5),
        "b": CandidateState("rejected"),
    }
    keys = [candidate.id for candidate in store.candidates.of_round(branch)]
    if kind == "marks":
        return store.marks, branch, keys, {None: Mark(None), "a": Mark(True), "b": Mark(False, True)}
    return store.decisions, branch, keys, verdicts


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_agrees_with_two_stacks_of_states(
    store: Store, first_round: Round, kind: str, steps: list[tuple[str, dict[int, Any]]]
) -> None:
    log, scope, keys, meaning = fresh(store, first_round, kind)
    states: list[Values] = [{}]
    undone: list[Values] = []
    for verb, given_values in steps:
        if verb == "undo":
            assert bool(log.undo(scope)) == (len(states) > 1)
            undone += [states.pop()] if len(states) > 1 else []
        elif verb == "redo":
            assert bool(log.redo(scope)) == bool(undone)
            states += [undone.pop()] if undone else []
        else:
            values = {keys[number % len(keys)]: meaning[letter] for number, letter in given_values.items()}
            if kind == "paintings":  # one pair is painted at a time
                values = dict(list(values.items())[:1])
            log._record(scope, values, "human")
            after = {key: value for key, value in {**states[-1], **values}.items() if value != log.unset}
            if after != states[-1]:
                states.append(after)
                undone.clear()
        current = {key: value for key, value in log._current(scope).items() if value != log.unset}
        assert current == states[-1]
        assert log.can_undo(scope) == (len(states) > 1, bool(undone))
        check_steps(log, scope, states, undone)


def check_steps(log: UndoLog[Any], scope: str, states: list[Values], undone: list[Values]) -> None:
    """The steps lead through all states."""
    steps = steps_of(log.changes(scope), log.unset)
    assert [step.stands for step in steps] == [True] * (len(states) - 1) + [False] * len(undone)
    value: Values = {}
    for step, wanted in zip(steps, [*states[1:], *reversed(undone)], strict=True):
        assert {key: value.get(key, log.unset) for key in step.after} == step.before
        value = {key: new for key, new in {**value, **step.after}.items() if new != log.unset}
        assert value == wanted


def test_undo_and_redo_tell_which_keys_changed(store: Store, first_round: Round) -> None:
    log, branch, keys, _ = fresh(store, first_round, "decisions")
    store.decisions.record(branch, [(keys[0], "accepted")], "sampler")
    store.decisions.record(branch, [(keys[0], "rejected"), (keys[2], "accepted")], "human")
    assert log.undo(branch) == (keys[0], keys[2])
    assert store.decisions.of_round(branch).verdicts == {keys[0]: "accepted"}
    assert log.redo(branch) == (keys[0], keys[2])
    assert store.decisions.of_round(branch).verdicts == {keys[0]: "rejected", keys[2]: "accepted"}
    assert log.redo(branch) == ()
    rows = store.database.rows("SELECT undoes, redoes FROM decision_batches WHERE round_id = ?", (branch,))
    first = store.database.rows("SELECT MIN(id) FROM decision_batches WHERE round_id = ?", (branch,))[0][0]
    assert [tuple(row) for row in rows] == [(None, None), (None, None), (first + 1, None), (None, first + 1)]
