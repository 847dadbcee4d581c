"""A studio without models, and a first round that is trained."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gal_studio.studio import Studio
from tests.studio.replaying import decide, next_round
from tests.studio.seeding import draft, draw, train
from tests.ui.seeded import finished


@pytest.fixture
def round_id(studio: Studio) -> str:
    """The first round of a style project, trained."""
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0]
    train(studio, first.id)
    return first.id


@pytest.fixture
def drawn(studio: Studio, round_id: str) -> str:
    """That round with four pictures for each prompt, three prompts of which are undecided."""
    draw(studio, round_id, [2, 2, 2])
    return round_id


class Place(NamedTuple):
    """A studio with a project whose first round is ready for decisions."""

    studio: Studio
    project: str
    round: str


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    studio, project, round_id = finished(tmp_path / "place", candidates=2)
    with studio.store:
        yield Place(studio, project, round_id)


@pytest.fixture
def second(studio: Studio, round_id: str) -> str:
    """The second round of a project; two pictures were accepted in the first one, one was rejected."""
    draw(studio, round_id, [1, 2])
    studio.set_weight(decide(studio, round_id, 2), 0.5)
    decide(studio, round_id, 4)
    decide(studio, round_id, 6, "rejected")
    return next_round(studio, round_id)
