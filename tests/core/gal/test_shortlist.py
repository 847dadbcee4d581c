"""Where nothing is suggested, what is right can still be chosen."""

from gal_studio.core.gal.shortlist import MOST, shortlist
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import ASKED, CARRIES, CHANCE, SHOWN


def image(name: str, anchor: str, chance: float = 0.1, carries: float = 1.0, asked: float = 0.9) -> Candidate:
    scores = {CHANCE: chance, SHOWN: 0.0, CARRIES: carries, ASKED: asked}
    return Candidate(name, anchor, 0, 0, "image", 0.3, 0.1, more_scores=scores, full=1.0)


RIGHT = [
    image("a1", "a", 0.05),
    image("a2", "a", 0.1),
    image("a3", "a", 0.2),
    image("b1", "b", 0.15),
    image("copy", "b", 0.9),
    image("unlike", "c", carries=0.2),
    image("other", "c", asked=0.2),
]


def test_what_is_right_is_listed_prompt_by_prompt_the_most_useful_first() -> None:
    found = shortlist(RIGHT, (), ())
    assert [one.candidate.id for one in found.images] == ["a1", "b1", "a2", "a3"]
    assert [(one.place, one.among) for one in found.images] == [(0, 3), (0, 1), (1, 3), (2, 3)]
    assert found.right == 4


def test_what_is_decided_leaves_the_list() -> None:
    assert [one.candidate.id for one in shortlist(RIGHT, {"a1"}, {"b"}).images] == ["a2", "a3"]
    assert not shortlist(RIGHT, (), {"a", "b"}).images


def test_what_the_others_lack_is_counted() -> None:
    copies = [image(f"c{n}", "a", 0.9) for n in range(3)]
    assert shortlist([RIGHT[5], *copies], (), ()).lacks == (("clean", 3), ("carries", 1))


def test_it_is_no_longer_than_can_be_looked_at_and_does_not_depend_on_the_order() -> None:
    many = [image(f"i{n:02}", f"p{n % 5}", 0.01 * n) for n in range(40)]
    found = shortlist(many, (), ())
    assert len(found.images) == MOST
    assert shortlist(many[::-1], (), ()) == found
