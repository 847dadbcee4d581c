"""What can be accepted where nothing is suggested: images that are right by the studio's own figures."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core.gal.standard import Lack, Standard
from gal_studio.core.types import Candidate, Kind
from gal_studio.core.words import counted, listed, percent

MOST = 12
"""Images of a shortlist."""
WORTH = {"best-schedule-1": "42%", "best-schedule-by-eye-3": "59%", "best-schedule-suggested-3": "42%"}
"""Entries of docs/lab/results.json, which says how they were found."""
WORTH_PLAIN = (
    "On the bundled model, two more rounds helped only where many more images than suggested were chosen by "
    "eye."
)
"""The same without figures; a test compares both."""


@dataclass(frozen=True)
class Listed:
    """An image of the shortlist, and why it stands there, in a sentence; `plain` says it without figures."""

    candidate_id: str
    anchor_id: str
    reason: str
    plain: str


@dataclass(frozen=True)
class Shortlist:
    """The images in the order in which they add most, and what is said of them.

    `right` counts all that are right; `worth` says what further rounds were worth where that was measured,
    `worth_plain` without figures.
    """

    images: tuple[Listed, ...]
    right: int
    sentence: str
    worth: str
    worth_plain: str


def shortlist(
    candidates: Sequence[Candidate], rejected: Collection[str], accepted_anchors: Collection[str], kind: Kind
) -> Shortlist:
    """The images that are no copies (Eq. G16), match their prompts (G14) and the references (G17).

    In rounds over the prompts: the image of the largest u of each prompt first, then the second of each, so
    that none fills the list alone. A prompt with an accepted image is left out, as is what was rejected.
    """
    lacks = {one.id: "blank" if one.is_blank else Standard().lacks(one) for one in candidates if not one.own}
    right = [one for one in candidates if lacks.get(one.id, "own") == ""]
    open_ = [one for one in right if one.id not in rejected and one.anchor_id not in accepted_anchors]
    by_anchor: dict[str, list[Candidate]] = {}
    for one in sorted(open_, key=lambda one: (-one.utility, one.id)):
        by_anchor.setdefault(one.anchor_id, []).append(one)
    turns = [(place, one) for group in by_anchor.values() for place, one in enumerate(group)]
    turns.sort(key=lambda turn: (turn[0], -turn[1].utility, turn[1].id))
    images = tuple(
        Listed(one.id, one.anchor_id, *_reasons(one, place, len(by_anchor[one.anchor_id]), kind))
        for place, one in turns[:MOST]
    )
    said = _sentence(images, len(right), lacks.values(), kind)
    return Shortlist(images, len(right), said, worth_words(), WORTH_PLAIN)


def _reasons(one: Candidate, place: int, among: int, kind: Kind) -> tuple[str, str]:
    """The figures that make an image right, and its place among those of its prompt; and the place alone."""
    known = [f"copy risk {percent(one.chance)}"]
    known += [] if one.asked is None else [f"prompt match {percent(one.asked)}"]
    known += [] if one.kept is None else [f"{kind} match {percent(one.kept)}"]
    rank = "the best" if place == 0 else f"number {place + 1}"
    which = "the only image" if among == 1 else f"{rank} of {among} images"
    place_words = f"{which} of its prompt that may be right."
    return f"{', '.join(known).capitalize()}; {place_words}", f"{place_words[:1].upper()}{place_words[1:]}"


def _sentence(images: Sequence[Listed], right: int, lacks: Iterable[Lack | str], kind: Kind) -> str:
    if images:
        prompts = len({one.anchor_id for one in images})
        return (
            f"{counted(right, 'image')} may be right by the studio’s figures; below "
            f"are {len(images)}, of {counted(prompts, 'prompt')}, first those that add most. Accept those "
            "that you would use yourself."
        )
    if right:
        return "Every prompt with a right image has an accepted one. Start the next round."
    return f"No image is right by the studio’s figures: {_why_none(lacks, kind)}"


def _why_none(lacks: Iterable[Lack | str], kind: Kind) -> str:
    """What keeps most images from being right, and what to do."""
    words: Mapping[str, str] = {
        "clean": "are copies", "asked": "do not match their prompts", "carries": f"lack the {kind}",
        "blank": "are blank",
    }  # fmt: skip
    found = Counter(lacks).most_common()
    if not found:
        return "none is generated."
    told = listed([f"{number} {words[lack]}" for lack, number in found if lack in words])
    steps = {
        "clean": "Correct wrong marks with L (sort by Uncertain copies), or train with fewer steps.",
        "asked": "Train with fewer steps, or write simpler test prompts.",
        "carries": "Train longer, or accept images that show it clearly.",
        "blank": "Generate again.",
    }
    return f"{told}. {steps[found[0][0]]}"


def worth_words() -> str:
    """What further rounds were worth, measured, in words."""
    first, by_eye, suggested = WORTH.values()
    return (
        f"On the bundled model, round 1’s best schedule had {first} right images; two more rounds {by_eye} "
        f"if chosen by eye (99 images), {suggested} if suggested (31)."
    )
