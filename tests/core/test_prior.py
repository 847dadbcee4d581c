"""The prompts of the prior pictures of a style."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.prior import is_known, known_styles, prior_prompts

ANCHORS = ("A tie in ink style", "candy in ink style", "A drum in ink style")
STYLES = ("flat design style", "cartoon style")


def test_anchors_come_in_turn_each_in_the_next_style() -> None:
    assert prior_prompts(ANCHORS, "in ink style", STYLES, 5) == (
        "A tie in flat design style",
        "candy in cartoon style",
        "A drum in flat design style",
        "A tie in cartoon style",
        "candy in flat design style",
    )


@given(anchors=st.integers(1, 20), styles=st.integers(1, 6), count=st.integers(0, 200))
def test_every_anchor_is_in_every_style_before_a_prompt_comes_again(
    anchors: int, styles: int, count: int
) -> None:
    prompts = prior_prompts(
        [f"A{number} in ink" for number in range(anchors)],
        "in ink",
        [f"s{number}" for number in range(styles)],
        count,
    )
    assert len(prompts) == count
    assert len(set(prompts)) == min(count, anchors * styles)
    assert (
        prompts
        == prior_prompts(
            [f"A{number} in ink" for number in range(anchors)],
            "in ink",
            [f"s{number}" for number in range(styles)],
            200,
        )[:count]
    )


@pytest.mark.parametrize("own", ["in flat design style", "in Flat Design", "in flat design"])
def test_the_own_style_is_left_out(own: str) -> None:
    assert is_known(own, STYLES) and known_styles(own, STYLES) == ("cartoon style",)
    assert prior_prompts([f"A tie {own}"], own, STYLES, 2) == ("A tie in cartoon style",) * 2
    assert prior_prompts([f"A tie {own}"], own, STYLES[:1], 2) == ()


def test_without_anchors_or_styles_there_is_nothing() -> None:
    assert prior_prompts((), "in ink style", STYLES, 3) == ()
    assert prior_prompts(ANCHORS, "in ink style", (), 3) == ()
    assert not is_known("in ink style", STYLES)
