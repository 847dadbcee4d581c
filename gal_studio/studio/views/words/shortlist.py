"""What the page says of the images that may be right where nothing is suggested."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.core.gal.shortlist import Listed, Shortlist
from gal_studio.core.types import Kind
from gal_studio.core.words import counted, listed, percent

WORTH = {"best-schedule-1": "42%", "best-schedule-by-eye-3": "59%"}
"""Entries of docs/lab/results.json, which says how they were found."""
WORTH_PLAIN = "On the bundled model, two more rounds helped where some nine images were chosen by eye."
"""The same without figures; a test compares both."""
_LESS = "clearly less of the {kind} than the first round at full strength"
LACKING: Mapping[str, tuple[str, str, str]] = {
    "clean": (
        "is a copy",
        "are copies",
        "Correct wrong marks with L (sort by Uncertain copies), or train with fewer steps.",
    ),
    "asked": (
        "does not match its prompt",
        "do not match their prompts",
        "Train with fewer steps, or write simpler test prompts.",
    ),
    "carries": (f"shows {_LESS}", f"show {_LESS}", "Accept those that look right to you, or train longer."),
    "blank": ("is blank", "are blank", "Generate again."),
}
"""What keeps one image and several from being right, and what to do."""


@dataclass(frozen=True)
class ListedWords:
    """An image of the shortlist, and why it stands there, in a sentence; `plain` says it without figures."""

    candidate_id: str
    anchor_id: str
    reason: str
    plain: str


@dataclass(frozen=True)
class ShortlistWords:
    """The images in the order in which they add most, and what is said of them.

    `right` counts all that are right; `worth` says what further rounds were worth where that was measured,
    `worth_plain` without figures.
    """

    images: tuple[ListedWords, ...]
    right: int
    sentence: str
    worth: str
    worth_plain: str


def shortlist_words(found: Shortlist, kind: Kind) -> ShortlistWords:
    """What is said of a shortlist."""
    images = tuple(_listed(one, kind) for one in found.images)
    return ShortlistWords(images, found.right, _sentence(found, kind), worth_words(), WORTH_PLAIN)


def _listed(of: Listed, kind: Kind) -> ListedWords:
    """The figures that make an image right, and its place among those of its prompt; and the place alone."""
    one = of.candidate
    figures = {"copy risk": one.chance, "prompt match": one.asked, f"{kind} match": one.kept}
    known = ", ".join(f"{name} {percent(value)}" for name, value in figures.items() if value is not None)
    rank = "the best" if of.place == 0 else f"number {of.place + 1}"
    which = "the only image" if of.among == 1 else f"{rank} of {of.among} images"
    place = f"{which} of its prompt that may be right."
    plain = f"{place[:1].upper()}{place[1:]}"
    return ListedWords(one.id, one.anchor_id, f"{known.capitalize()}; {place}", plain)


def _sentence(found: Shortlist, kind: Kind) -> str:
    if found.images:
        prompts = len({one.candidate.anchor_id for one in found.images})
        below = f"below are {len(found.images)}, of {counted(prompts, 'prompt')}, first those that add most"
        shown = below if len(found.images) > 1 else "below is one"
        return (
            f"{counted(found.right, 'image')} may be right by the studio’s figures; {shown}. Accept what you "
            "would use yourself."
        )
    if found.right:
        return "Every prompt with an image right by the studio’s figures has an accepted one."
    told = [f"{number} {LACKING[lack][number > 1].format(kind=kind)}" for lack, number in found.lacks]
    why = f"{listed(told)}. {LACKING[found.lacks[0][0]][2]}" if told else "none is generated."
    return f"No image here is right by the studio’s figures: {why}"


def worth_words() -> str:
    """What further rounds were worth, measured, in words."""
    first, by_eye = WORTH.values()
    return (
        f"On the bundled model, round 1’s best schedule had {first} right images; two more rounds, with some "
        f"nine images chosen by eye, {by_eye}."
    )
