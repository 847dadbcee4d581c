"""The colours of test prompts."""

import re

from gal_studio.core.palette import PROMPTS, prompt_colour


def test_there_are_64_different_colours_which_repeat() -> None:
    assert len(set(PROMPTS)) == len(PROMPTS) == 64
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in PROMPTS)
    assert prompt_colour(64) == prompt_colour(0) == "#2f80a8"
    assert prompt_colour(0, dark=True) == "#5d9cbb", "lighter on dark paper"
