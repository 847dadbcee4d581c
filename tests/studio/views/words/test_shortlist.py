"""What is said where nothing is suggested."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from gal_studio.core.gal.shortlist import shortlist
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Kind
from gal_studio.studio.views.words.shortlist import WORTH, ShortlistWords, shortlist_words, worth_words
from tests.core.gal.test_shortlist import RIGHT, image


def words(
    candidates: Sequence[Candidate],
    accepted: Collection[str] = (),
    kind: Kind = "style",
    is_trained: bool = True,
) -> ShortlistWords:
    return shortlist_words(shortlist(candidates, (), accepted, is_trained), kind)


def test_each_image_says_why_it_may_be_right() -> None:
    found = words(RIGHT)
    assert [one.candidate_id for one in found.images] == ["a1", "b1", "a2", "a3"]
    assert found.images[0].reason.startswith("Copy risk 5%, prompt match 90%, style match ")
    assert found.images[0].reason.endswith("; the best of 3 images of its prompt that may be right.")
    assert found.images[1].reason.endswith("; the only image of its prompt that may be right.")
    assert [one.plain for one in found.images[:2]] == [
        "The best of 3 images of its prompt that may be right.",
        "The only image of its prompt that may be right.",
    ]
    assert "4 images may be right by the studio’s scores; below are 4, of 2 prompts" in found.sentence


def test_a_list_of_none_says_why_and_what_to_do() -> None:
    every = words(RIGHT, {"a", "b"})
    assert every.sentence == "Every prompt with an image that scores as right has an accepted one."
    copies = words([image(f"c{n}", "a", 0.9) for n in range(3)] + RIGHT[5:6], kind="object")
    assert copies.sentence == (
        "No image here scores as right: 3 are copies and 1 shows clearly less of the object "
        "than the first round at full strength. Correct wrong marks with L (sort by Uncertain copies), or "
        "train with fewer steps."
    )
    assert words([]).sentence.endswith("none is generated.")


def test_which_of_three_things_is_so_and_what_a_further_round_brings() -> None:
    most = words(RIGHT)
    assert most.title == "Nothing to suggest: most is well"
    assert most.why == "Of 3 test prompts, 2 may have right images and 1 has no image that scores as right."
    assert (most.additions, most.bring) == ((), ""), "the model holds at full strength what is right"
    assert words(RIGHT[:4]).title == "Nothing to suggest: all is well"
    copies = [image(f"c{n}", "a", 0.9) for n in range(3)]
    assert words(copies).title == "Nothing to suggest: all is copied"
    assert words(copies).why == "The only test prompt gives copies."
    assert words(RIGHT[:4]).why == "All 2 test prompts may have right images."
    poor = words(RIGHT[5:])
    assert poor.title == "Nothing to suggest: no image scores as right"
    assert not any(re.search(r"\bgood\b", text) for text in (poor.title, poor.why, poor.sentence))
    assert words([]).title == "Nothing to suggest" and not words([]).why
    gentle = words([*copies, image("g", "a", 0.2, at=0.4)])
    assert gentle.additions == ("g",)
    assert gentle.bring == "This one brings a prompt that the model does not hold at full strength yet."
    assert gentle.images[0].plain.endswith(" The model does not hold its prompt at full strength yet.")


def test_what_a_round_is_worth_is_what_was_measured() -> None:
    known = json.loads((Path(__file__).parents[4] / "docs/lab/results.json").read_text(encoding="utf-8"))
    assert {name: known["figures"][name]["value"] for name in WORTH} == WORTH
    assert re.findall(r"\d+%", worth_words()) == list(WORTH.values())
    first, by_eye = (int(value.rstrip("%")) for value in WORTH.values())
    assert by_eye > first, "what is said without figures"


def test_where_the_style_or_object_is_not_measured_nothing_is_said_to_be_right() -> None:
    untrained = [replace(one, full=None) for one in RIGHT[:4]]
    found = words(untrained, kind="object", is_trained=False)
    assert (found.title, found.why) == ("Nothing to suggest", "")
    assert found.guess == (
        "4 images match their prompts and are not copies. Whether they show your object is not measured here."
    )
    assert found.sentence.startswith(f"{found.guess} Below are 4, of 2 prompts")
    assert "may be right" not in " ".join([found.sentence, *(one.reason for one in found.images)])
    assert words(RIGHT).guess == "The studio’s guess: 4 images may be right."
