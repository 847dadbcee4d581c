"""What a row of images shows, in words that need no paper."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.studio.views.round import round_view
from gal_studio.studio.views.types import FullRound
from gal_studio.studio.views.words.copies import briefly, plainly, repeated_thing, why_weaker
from tests.ui.seeded import finished


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullRound]:
    studio, _, round_id = finished(tmp_path_factory.mktemp("finished") / "workspace")
    with studio.store:
        yield round_view(studio.store, round_id)


@pytest.fixture
def style(view: FullRound) -> ProjectView:
    """Of "A cat in watercolor painting style"."""
    return view.project


def test_a_styles_copy_is_named_by_what_its_reference_shows(style: ProjectView) -> None:
    (only,) = style.references
    assert repeated_thing(style) == "your cat"
    two = replace(style, references=(only, replace(only, prompt="A bear in watercolor painting style")))
    assert repeated_thing(two) == "your references"
    other = replace(style, references=(replace(only, prompt="watercolor, cat"),))
    assert repeated_thing(other) == "your reference"
    assert repeated_thing(replace(two, kind="object")) == "the place in your references"


def told_plainly(project: ProjectView, head: str, copies: int, number: int, good: int = 1) -> str:
    return plainly(project, head, briefly(repeated_thing(project), copies, number, good))


def test_a_prompt_gives_some_of_each_or_one_alone(style: ProjectView) -> None:
    assert told_plainly(style, "A pencil", 3, 10) == "Sometimes a pencil, sometimes your cat"
    assert briefly("your cat", 3, 10, 2) == "sometimes your cat"
    assert told_plainly(style, "Candy", 3, 10) == "Sometimes what you asked for, sometimes your cat"
    assert told_plainly(style, "A pencil", 10, 10) == "Always your cat"
    assert told_plainly(style, "A pencil", 0, 10) == "None of 10 shows your cat"
    told = told_plainly(style, "A pencil", 3, 10, good=0)
    assert told == "Your cat, or not good enough", "no good images, as the summary counts them"
    told = told_plainly(replace(style, kind="object"), "A pencil", 3, 10)
    assert told == "Sometimes a new place, sometimes the place in your reference"


def test_a_single_image_or_no_reference_tells_nothing(style: ProjectView) -> None:
    assert told_plainly(style, "A pencil", 1, 1) == ""
    assert told_plainly(replace(style, references=()), "A pencil", 1, 2) == ""


def test_why_no_stronger_images_are_suggested_is_said_where_they_repeat_it(
    view: FullRound,
) -> None:
    score = next(one for one in view.scores if one.suggested)
    own = [one for one in view.candidates if one.candidate.anchor_id == score.anchor_id]
    chosen = next(one for one in own if one.candidate.id == score.suggested)
    copy = next(one for one in own if one.candidate.overfit)
    weak = replace(chosen, candidate=replace(chosen.candidate, recipe=Recipe(0.4, 0.4, 0.0)))
    clean = [one for one in own if not one.candidate.overfit and one is not chosen][:1]

    def told(*tiles: Tile) -> str:
        return why_weaker(view.project, [score], tiles)

    assert told(weak, copy) == (
        "Suggestions come from lower LoRA strengths: at higher ones, most of their images show your cat."
    )
    assert told(weak, copy, *clean) == "", "of two stronger ones, one is a copy"
    assert told(chosen, copy) == "", "there is no stronger one"
    theirs = replace(copy, candidate=replace(copy.candidate, own=True))
    assert told(weak, theirs) == "", "a person's own"
