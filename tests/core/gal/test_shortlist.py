"""Where nothing is suggested, what is right can still be chosen."""

import json
import re
from pathlib import Path

from gal_studio.core.gal.shortlist import MOST, WORTH, shortlist, worth_words
from gal_studio.core.types import ASKED, CARRIES, CHANCE, SHOWN, Candidate


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
    found = shortlist(RIGHT, (), (), "style")
    assert [one.candidate_id for one in found.images] == ["a1", "b1", "a2", "a3"]
    assert found.right == 4
    assert found.images[0].reason.startswith("Copy risk 5%, prompt match 90%, style match ")
    assert found.images[0].reason.endswith("; the best of 3 images of its prompt that may be right.")
    assert found.images[1].reason.endswith("; the only image of its prompt that may be right.")
    assert [one.plain for one in found.images[:2]] == [
        "The best of 3 images of its prompt that may be right.",
        "The only image of its prompt that may be right.",
    ]
    assert "4 images may be right by the studio’s figures; below are 4, of 2 prompts" in found.sentence


def test_what_is_decided_leaves_the_list() -> None:
    assert [one.candidate_id for one in shortlist(RIGHT, {"a1"}, {"b"}, "style").images] == ["a2", "a3"]
    every = shortlist(RIGHT, (), {"a", "b"}, "style")
    assert not every.images
    assert every.sentence == "Every prompt with a right image has an accepted one. Start the next round."


def test_a_list_of_none_says_why_and_what_to_do() -> None:
    copies = shortlist([image(f"c{n}", "a", 0.9) for n in range(3)] + RIGHT[5:6], (), (), "object")
    assert copies.sentence == (
        "No image is right by the studio’s figures: 3 are copies and 1 lack the object. Correct wrong marks "
        "with L (sort by Uncertain copies), or train with fewer steps."
    )
    assert shortlist([], (), (), "style").sentence.endswith("none is generated.")


def test_it_is_no_longer_than_can_be_looked_at_and_does_not_depend_on_the_order() -> None:
    many = [image(f"i{n:02}", f"p{n % 5}", 0.01 * n) for n in range(40)]
    found = shortlist(many, (), (), "style")
    assert len(found.images) == MOST
    assert shortlist(many[::-1], (), (), "style") == found


def test_what_a_round_is_worth_is_what_was_measured() -> None:
    known = json.loads((Path(__file__).parents[3] / "docs/lab/results.json").read_text(encoding="utf-8"))
    assert {name: known["figures"][name]["value"] for name in WORTH} == WORTH
    assert re.findall(r"\d+%", worth_words()) == list(WORTH.values())
    first, by_eye, suggested = (int(value.rstrip("%")) for value in WORTH.values())
    assert by_eye > first == suggested, "what is said without figures"
    by_eye_images, suggested_images = map(int, re.findall(r"(\d+)(?= images\)|\))", worth_words()))
    assert by_eye_images > 3 * suggested_images
