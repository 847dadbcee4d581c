"""Where nothing is suggested, what is right can still be chosen."""

from gal_studio.core.gal.shortlist import MOST, shortlist
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import ASKED, CARRIES, CHANCE, SHOWN


def image(
    name: str, anchor: str, chance: float = 0.1, carries: float = 1.0, asked: float = 0.9, at: float = 1.0
) -> Candidate:
    scores = {CHANCE: chance, SHOWN: 0.0, CARRIES: carries, ASKED: asked}
    recipe = Recipe(at, at, 0.0)
    return Candidate(name, anchor, 0, 0, "image", 0.3, 0.1, more_scores=scores, full=1.0, recipe=recipe)


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


def test_what_is_right_only_at_a_lower_strength_stands_first_and_is_what_an_image_brings() -> None:
    gentle = [image("d1", "d", 0.4, at=0.7), image("d2", "d", 0.3, at=0.4), image("full", "d", 0.9)]
    found = shortlist([*RIGHT, *gentle], (), ())
    assert [one.candidate.id for one in found.images] == ["d2", "d1", "a1", "b1", "a2", "a3"]
    assert [one.is_held for one in found.images] == [False, False, True, True, True, True]
    assert [one.id for one in found.additions] == ["d2"], "one of each prompt"
    assert not shortlist(RIGHT, (), ()).additions, "half of what b has at full strength is right"


def test_prompts_are_well_copied_or_neither() -> None:
    assert shortlist(RIGHT, (), ()).prompts == (("well", 2), ("poor", 1))
    copies = [image(f"c{n}", "e", 0.9) for n in range(3)]
    assert shortlist([*copies, image("e", "e", asked=0.1)], (), ()).prompts == (("copied", 1),)
    assert shortlist([], (), ()).prompts == ()
