"""Two measured rounds to compare."""

from gal_studio.studio import Studio
from tests.ui.seeded import draw, measure, train


def second_round(studio: Studio, first: str) -> str:
    """Measure a round and the one after it, at full strength; returns that one."""
    measure(studio, first)
    studio.accept_suggestion(first)
    second = studio.next_round(first).id
    train(studio, second)
    draw(studio, second, candidates=3)
    measure(studio, second, copies=0)
    return second
