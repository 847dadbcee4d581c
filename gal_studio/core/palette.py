"""The colours of test prompts on the map, in the page and in files."""

import colorsys

_CHOSEN = (
    "#2f80a8", "#e4572e", "#4c8a70", "#c9a227", "#9a6bd0", "#8c6b5d", "#5b737d", "#d0619a", "#6a8f2f",
    "#3f6ecb", "#b5533c", "#2aa198", "#a08420", "#7a4fb3", "#5f8fb5", "#b06a8c", "#77803c", "#46637f",
)  # fmt: skip
"""Eighteen that are told apart on both themes; the first ones furthest."""
_FURTHER = 46
_GOLDEN_ANGLE = 137.508  # degrees: neighbours in the order are never neighbours in hue
_LIGHTER = 0.22  # on the dark theme, as the page has it


def _from_hue(place: int) -> str:
    lightness = 0.42 if place % 2 else 0.54
    parts = colorsys.hls_to_rgb(place * _GOLDEN_ANGLE / 360 % 1, lightness, 0.55)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


PROMPTS = (*_CHOSEN, *(_from_hue(place) for place in range(_FURTHER)))
"""By the place of a prompt in its project, where prompts are only ever appended; they repeat after 64."""


def prompt_colour(place: int, dark: bool = False) -> str:
    """The colour of the test prompt at a place, the same in all rounds of a project; lighter if `dark`."""
    colour = PROMPTS[place % len(PROMPTS)]
    if not dark:
        return colour
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * _LIGHTER):02x}" for part in parts)
