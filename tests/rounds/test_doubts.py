"""A style that a person does not see, or that nothing measures, is said plainly, and no other."""

from dataclasses import replace

import pytest

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CARRIES, OBJECT
from gal_studio.rounds.doubts import doubt
from tests.core.builders import margins, pool_of
from tests.core.snapshots import decided, project_of, record

ANCHORS, PICTURES, _ = pool_of(margins(2, 4), margins(1, 4), margins(0, 4))
FIRST = ("anchor_0_2", "anchor_1_1")
"""What is suggested first."""


def round_of(tiles: list[Candidate] = PICTURES, **given: object) -> RoundSnapshot:
    return project_of(ANCHORS, record("first", None, 1, tiles, **given)).round("first")  # type: ignore[arg-type]


def carrying(amount: float) -> list[Candidate]:
    return [replace(one, more_scores={CARRIES: amount}, marked_copy=False) for one in PICTURES]


def test_who_rejects_most_suggestions_is_told_what_to_do() -> None:
    said = doubt(round_of(decisions=decided(**dict.fromkeys(FIRST, "rejected"))))
    assert said == (
        "You rejected most suggestions. Didn’t they look like your style? Start again with more references "
        "with other subjects."
    )
    assert doubt(round_of()) == doubt(round_of(decisions=decided(anchor_0_2="rejected"))) == ""
    taken = decided(**dict.fromkeys(FIRST, "rejected"), anchor_0_3="accepted")
    assert doubt(round_of(decisions=taken)) == "", "another image of the prompt was accepted"
    others = decided(anchor_0_0="rejected", anchor_0_1="rejected", anchor_1_0="rejected")
    assert doubt(round_of(decisions=others)) == "", "copies are rejected, no suggestion"


@pytest.mark.parametrize(("amount", "is_told"), [(-0.2, True), (0.05, True), (0.4, False)])
def test_what_hardly_shows_the_style_at_any_strength_is_told(amount: float, is_told: bool) -> None:
    said = doubt(round_of(carrying(amount)))
    assert said.startswith("Hardly any image looks like your style.") == is_told == bool(said)


def test_a_later_round_in_which_the_style_thins_is_sent_back() -> None:
    thin = [replace(one, id=f"after-{one.id}", more_scores={CARRIES: 0.2}) for one in PICTURES]
    first, second = record("first", None, 1, carrying(0.8)), record("second", "first", 2, thin)
    rounds = project_of(ANCHORS, first, second)
    assert doubt(rounds.round("first")) == ""
    assert doubt(rounds.round("second")) == (
        "Your style is weaker than in earlier rounds. Go back and accept images that show it fully."
    )
    some = [replace(one, more_scores={CARRIES: 0.8}) for one in thin[:2]]
    rounds = project_of(ANCHORS, first, record("second", "first", 2, [*some, *thin[2:]]))
    assert doubt(rounds.round("second")) == "", "two of twelve have it"


def test_the_first_training_below_a_round_0_is_compared_with_nothing() -> None:
    zero = record("zero", None, 0, [], kind="instant")
    rounds = project_of(ANCHORS, zero, record("first", "zero", 1, carrying(-0.2)))
    assert doubt(rounds.round("first")).startswith("Hardly any image looks like your style.")


def test_nothing_is_said_of_what_is_not_trained_here() -> None:
    here = round_of(carrying(0.0))
    assert doubt(here) and doubt(round_of(carrying(0.0), adapter=None)) == ""
    given = replace(here.record, round=replace(here.round, source="theirs.safetensors"))
    assert doubt(replace(here.project, records=(given,)).round("first")) == ""


def finding(*found: tuple[float, ...]) -> list[Candidate]:
    """Images that show the objects of two trigger words by so much (Eq. G25), in turns."""
    words = ("<tiko>", "<mugo>")
    return [
        replace(
            one,
            more_scores={
                f"{OBJECT}{word}": value
                for word, value in zip(words, found[place % len(found)], strict=False)
            },
        )
        for place, one in enumerate(PICTURES)
    ]


def test_objects_that_most_images_lack_are_named_and_so_is_that_two_never_come_together() -> None:
    assert doubt(round_of(finding((3.0, 0.2), (0.1, 3.0)))) == (
        "No image shows <tiko> and <mugo> together: this model cannot generate them together. Make a "
        "project for each."
    )
    assert doubt(round_of(finding((3.0, 0.2), (3.0, -1.0), (3.0, 2.0)))) == (
        "Objects are missing in most of 12 images: <mugo> in 8. Train longer."
    )
    assert doubt(round_of(finding((0.9,), (0.9,), (1.0,)))).endswith("images: <tiko> in 8. Train longer.")
    assert doubt(round_of(finding((3.0, 3.0), (3.0, 0.2)))) == ""
