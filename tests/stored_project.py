"""A workspace with one project, for the tests of the store."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job, Reference
from gal_studio.state import Store
from gal_studio.studio import Studio


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "workspace", clock) as opened:
        yield opened


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Store(tmp_path / "workspace") as opened:
        yield Studio(opened)


def add_project(
    store: Store, name: str, base_model: str = "base", settings: Settings | None = None
) -> Project:
    image = store.images.add_picture(Image.new("RGB", (16, 16), "red"))
    return store.projects.add(
        Project("", name, "style", base_model, "clip", "", 7, settings or Settings()),
        (Reference("", "A cat in ink style", "A cat in ink style", image),),
        ("A tie in ink style", "A koala in ink style", "A drum in ink style"),
    )


@pytest.fixture
def project(store: Store) -> Project:
    return add_project(store, "Cat")


@pytest.fixture
def first_round(store: Store, project: Project) -> Round:
    return store.rounds.add(project.id, None, project.settings)


@pytest.fixture
def drawn(store: Store, project: Project, first_round: Round) -> tuple[str, ...]:
    """The IDs of six candidates, two for each anchor."""
    for anchor in store.projects.anchors(project.id):
        store.candidates.save(first_round.id, [new_candidate(store, anchor.id, index) for index in range(2)])
    return tuple(candidate.id for candidate in store.candidates.of_round(first_round.id))


@pytest.fixture
def running(store: Store, first_round: Round) -> Job:
    """A training that the worker w has begun."""
    store.jobs.enqueue(first_round.project_id, first_round.id, "fine_tune")
    store.workers.enter("w")
    claimed = store.jobs.claim("w")
    assert claimed is not None
    return claimed


def new_candidate(store: Store, anchor_id: str, index: int, similarity: float = 0.1) -> Candidate:
    image = store.images.add_picture(Image.new("RGB", (8, 8), (index, 0, 0)))
    return Candidate(
        "", anchor_id, index, 2**62 + index, image, similarity, 1 / 3, feature=np.array([0.6, 0.8])
    )
