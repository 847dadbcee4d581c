"""Helpers for the tests of replays: a second round to draw again, and a replay's first one."""

import numpy as np

from gal_studio.core.types import Verdict
from gal_studio.rounds import replays
from gal_studio.state.tables.candidates import NewCandidate
from gal_studio.studio import Studio
from tests.studio.seeding import draw, train


def decide(studio: Studio, round_id: str, place: int, verdict: Verdict = "accepted") -> str:
    """Decide on the first picture of a test prompt of the round's pool."""
    anchor = studio.pool(round_id)[place].id
    drawn = studio.store.candidates.of_round(round_id)
    picture = next(each.id for each in drawn if each.anchor_id == anchor)
    studio.decide([picture], verdict)
    return picture


def next_round(studio: Studio, round_id: str) -> str:
    after = studio.next_round(round_id).id
    train(studio, after)
    draw(studio, after, [1])
    return after


def project_of(studio: Studio, round_id: str) -> str:
    return studio.store.rounds.get(round_id).project_id


def redraw(studio: Studio, project_id: str) -> str:
    """Do the first round of a replay as its worker would; returns the round."""
    first = studio.store.rounds.of_project(project_id)[0].id
    train(studio, first)
    for anchor in studio.pool(first):
        pictures = [
            NewCandidate(
                anchor.id, index, index, studio.store.images.add(f"{anchor.prompt}{index} again".encode()),
                0.3, 0.1, np.array([1.0, 0.0]),
            )
            for index in range(4)
        ]  # fmt: skip
        studio.store.candidates.save(first, pictures)
    replays.go_on(studio.store, first)
    return first
