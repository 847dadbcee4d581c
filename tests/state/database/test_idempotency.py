"""A repeated write is done once."""

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database import idempotency
from gal_studio.state.database.idempotency import KEPT, Answer


class Act:
    """Counts its calls."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Answer:
        self.times += 1
        return {"times": self.times}


def test_the_second_time_brings_the_first_answer(store: Store) -> None:
    act = Act()
    assert [store.answers.once("one", act), store.answers.once("one", act)] == [{"times": 1}] * 2
    assert store.answers.once("two", act) == {"times": 2}


def test_another_process_knows_it_too(tmp_path: Path) -> None:
    act = Act()
    for _ in range(2):
        with Store(tmp_path / "workspace") as store:
            assert store.answers.once("one", act) == {"times": 1}


def test_what_was_refused_leaves_nothing_and_may_work_later(store: Store) -> None:
    def refuse() -> Answer:
        store.database.write("INSERT INTO answers VALUES ('trace', '{}', 0)")
        raise StudioError("The disk is full.")

    with pytest.raises(StudioError, match="disk is full"):
        store.answers.once("one", refuse)
    assert store.database.rows("SELECT * FROM answers") == []
    assert store.answers.once("one", Act()) == {"times": 1}


def test_two_at_once_are_one(store: Store) -> None:
    act = Act()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: store.answers.once("one", act), range(8)))
    assert answers == [{"times": 1}] * 8


@pytest.mark.parametrize("refused", [False, True])
def test_a_repetition_while_the_act_runs_waits_for_its_outcome(store: Store, refused: bool) -> None:
    act, begun, goes_on = Act(), Event(), Event()

    def slow() -> Answer:
        begun.set()
        assert goes_on.wait(60)
        act()
        if refused:
            raise StudioError("No.")
        return {"times": act.times}

    with ThreadPoolExecutor() as pool:
        first = pool.submit(store.answers.once_outside, "one", slow)
        assert begun.wait(60)
        again = [pool.submit(store.answers.once_outside, "one", slow) for _ in range(3)]
        assert not wait(again, 0.2).done
        goes_on.set()
        outcomes = [one.exception() or one.result() for one in (first, *again)]
    assert act.times == 1
    assert all(isinstance(one, StudioError) if refused else one == {"times": 1} for one in outcomes)
    assert store.answers.once_outside("one", Act()) == {"times": 1}, "what was refused may work later"


def test_old_answers_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "LAST", 1)
    now = [0.0]
    with Store(tmp_path / "workspace", clock=lambda: now[0]) as store:
        store.answers.once("old", Act())
        store.answers.once("last", Act())
        now[0] = KEPT + 1
        store.answers.once("new", Act())
        assert [row["id"] for row in store.database.rows("SELECT id FROM answers")] == ["last", "new"]


def test_a_clock_that_jumps_forgets_no_key(tmp_path: Path) -> None:
    now, act = [0.0], Act()
    with Store(tmp_path / "workspace", clock=lambda: now[0]) as store:
        store.answers.once("one", act)
        now[0] = 8 * 86400.0
        store.answers.once("two", Act())
        now[0] = 1.0
        assert store.answers.once("one", act) == {"times": 1}
