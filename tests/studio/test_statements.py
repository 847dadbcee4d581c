"""How many SQL statements it takes to show a round and to decide a picture: as many for 5,000 as for 180."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

import numpy as np
import pytest

from gal_studio.core.records.candidate import Candidate
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.studio.replaying import decide, next_round
from tests.studio.seeding import chosen, draft, draw, train


def statements(store: Store, act: Callable[[], object]) -> int:
    """The statements that are sent while `act` runs; what a trigger does is part of the one that fires it."""
    seen: list[str] = []
    connection = store.database._connection
    connection.set_trace_callback(seen.append)
    try:
        act()
    finally:
        connection.set_trace_callback(None)
    return sum(1 for _ in groupby(seen))


def fill(studio: Studio, round_id: str, pictures: int) -> None:
    """Draw so many pictures, a third of them copies."""
    studio.store.rounds.set_settings(
        round_id,
        studio.store.rounds.get(round_id).settings.updated({"generation": {"candidates": pictures // 17}}),
    )
    feature, scores = np.ones(512) / np.sqrt(512), {"shows_reference": 0.1, "likeness": 1 / 3}
    for anchor in studio.pool(round_id):
        studio.store.candidates.save(
            round_id,
            [
                Candidate(
                    "", anchor.id, index, index, f"{anchor.id}{index}", 0.2 + index / 1e4,
                    0.5 if index % 3 == 0 else 0.1, feature=feature, more_scores=scores,
                )
                for index in range(pictures // 17)
            ],
        )  # fmt: skip


@pytest.fixture(params=[180, 5000])
def second(request: pytest.FixtureRequest, studio: Studio) -> Iterator[str]:
    """A second round with so many pictures, whose pool lacks what was accepted in the first one."""
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0].id
    train(studio, first)
    draw(studio, first, [1, 2, 3])
    decide(studio, first, 2)
    after = next_round(studio, first)
    fill(studio, after, request.param)
    assert len(studio.round_view(after).candidates) > 0.9 * request.param
    yield after


def test_a_round_is_shown_in_thirteen_statements(studio: Studio, second: str) -> None:
    assert studio.store.snapshots.round(second).candidates == studio.store.candidates.of_round(second)
    assert statements(studio.store, lambda: studio.round_view(second)) <= 13


def test_all_rounds_are_summed_up_in_as_many_however_many_they_are(studio: Studio, second: str) -> None:
    project_id = studio.store.rounds.get(second).project_id
    studio.branch(second)
    before = statements(studio.store, lambda: studio.rounds(project_id))
    studio.branch(second)
    assert statements(studio.store, lambda: studio.rounds(project_id)) == before <= 11
    assert statements(studio.store, lambda: studio.rounds(project_id)) <= 5, "nothing is new"


def test_a_suggested_picture_is_decided_in_eleven_statements(studio: Studio, second: str) -> None:
    picture = chosen(studio, second)[0]
    assert statements(studio.store, lambda: studio.decide([picture], "accepted")) <= 11
    (kept,) = studio.store.overrides.of_round(second)
    assert kept.agrees, "the suggestion was logged beside the decision"


@pytest.mark.parametrize("second", [180], indirect=True)
def test_all_images_are_marked_in_as_many_statements_as_one(studio: Studio, second: str) -> None:
    images = [one.id for one in studio.store.candidates.of_round(second)]
    acts: tuple[Callable[[list[str]], object], ...] = (
        lambda some: studio.mark_copies(some, True),
        lambda _: studio.count_marks(second),
        lambda _: studio.undo(second),
        lambda some: studio.mark_copies(some, False),
    )
    for act in acts:
        of_one, of_all = (statements(studio.store, partial(act, some)) for some in (images[:1], images))
        assert of_all <= of_one <= 15
