"""Helpers for the tests of a second round."""

from gal_studio.core.types import Verdict
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
