"""What the page says of the images that may be right where nothing is suggested."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.core.gal.shortlist import Held, Listed, Shortlist
from gal_studio.core.types import Kind
from gal_studio.core.words import counted, listed, percent

WORTH = {"best-schedule-1": "42%", "best-schedule-by-eye-3": "59%"}
"""Entries of docs/lab/results.json, which says how they were found."""
WORTH_PLAIN = "On the bundled model, two more rounds helped where some nine images were chosen by eye."
"""The same without figures; a test compares both."""
STATES: Mapping[Held, tuple[str, str, str, str]] = {
    "well": ("all is well", "most is well", "may have a right image", "may have right images"),
    "copied": ("all is copied", "most is copied", "gives copies", "give copies"),
    "poor": (
        "no image scores as right",
        "few images score as right",
        "has no image that scores as right",
        "have no image that scores as right",
    ),
}
"""What the images of all test prompts are, those of most, and what is said of one and of several.

What is good the artist says: these are scores, and an accepted image may stand beside them.
"""
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
    "object": (
        "lacks an object that its prompt names",
        "lack an object that their prompts name",
        "Train longer, or give each object its own project.",
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

    `title` and `why` say why nothing is suggested. `additions` are the images that bring what the model does
    not hold yet, by ID, and `bring` says so. `guess` says how many are right; `worth` says what further
    rounds were worth where that was measured, `worth_plain` without figures.
    """

    title: str
    why: str
    images: tuple[ListedWords, ...]
    additions: tuple[str, ...]
    bring: str
    guess: str
    sentence: str
    worth: str
    worth_plain: str


def shortlist_words(found: Shortlist, kind: Kind, wanted: int = 3) -> ShortlistWords:
    """What is said of a shortlist, of which so many images are wanted for a round."""
    images = tuple(_listed(one, kind, found.is_known) for one in found.images)
    additions = tuple(one.id for one in found.additions[:wanted])
    return ShortlistWords(
        _title(found), _why(found), images, additions, _bring(len(additions)),
        _guess(found, kind), _sentence(found, kind), worth_words(), WORTH_PLAIN,
    )  # fmt: skip


def _title(found: Shortlist) -> str:
    """Which of three things is so, of all test prompts or of most."""
    if not found.prompts or not found.is_known:
        return "Nothing to suggest"
    return f"Nothing to suggest: {STATES[found.prompts[0][0]][len(found.prompts) > 1]}"


def _why(found: Shortlist) -> str:
    """How many test prompts are well, copied, or poor; nothing where the title says it or it is not known."""
    if not found.is_known or [state for state, _ in found.prompts] == ["poor"]:
        return ""
    parts = [f"{number} {STATES[state][3 if number > 1 else 2]}" for state, number in found.prompts]
    total = sum(number for _, number in found.prompts)
    if len(parts) == 1:
        state = STATES[found.prompts[0][0]][3 if total > 1 else 2]
        return f"All {total} test prompts {state}." if total > 1 else f"The only test prompt {state}."
    return f"Of {counted(total, 'test prompt')}, {listed(parts)}." if parts else ""


def _guess(found: Shortlist, kind: Kind) -> str:
    """How many images are right, as far as that is known."""
    number = counted(found.right, "image")
    if found.is_known:
        return f"The studio’s guess: {number} may be right."
    match = "match their prompts and are not copies. Whether they show"
    if found.right == 1:
        match = "matches its prompt and is not a copy. Whether it shows"
    return f"{number} {match} your {kind} is not measured here."


def _bring(number: int) -> str:
    if not number:
        return ""
    which = f"These {number} bring prompts" if number > 1 else "This one brings a prompt"
    return f"{which} that the model does not hold at full strength yet."


def _listed(of: Listed, kind: Kind, is_known: bool) -> ListedWords:
    """The figures that make an image right, and its place among those of its prompt; and the place alone."""
    one = of.candidate
    new = "" if of.is_held or of.place else " The model does not hold its prompt at full strength yet."
    figures = {"copy risk": one.chance, "prompt match": one.asked, f"{kind} match": one.kept}
    known = ", ".join(f"{name} {percent(value)}" for name, value in figures.items() if value is not None)
    right = "may be right" if is_known else "match it and are not copies"
    rank = "the best" if of.place == 0 else f"number {of.place + 1}"
    which = "the only image" if of.among == 1 else f"{rank} of {of.among} images"
    place = f"{which} of its prompt that {right}.{new}"
    plain = f"{place[:1].upper()}{place[1:]}"
    return ListedWords(one.id, one.anchor_id, f"{known.capitalize()}; {place}", plain)


def _sentence(found: Shortlist, kind: Kind) -> str:
    if found.images:
        prompts = len({one.candidate.anchor_id for one in found.images})
        below = f"below are {len(found.images)}, of {counted(prompts, 'prompt')}, first those that add most"
        shown = below if len(found.images) > 1 else "below is one"
        if not found.is_known:
            start = f"{_guess(found, kind)} {shown[:1].upper()}{shown[1:]}"
            return f"{start}. Accept what you would use yourself."
        return (
            f"{counted(found.right, 'image')} may be right by the studio’s scores; {shown}. Accept what you "
            "would use yourself."
        )
    if found.right:
        return "Every prompt with an image that scores as right has an accepted one."
    told = [f"{number} {LACKING[lack][number > 1].format(kind=kind)}" for lack, number in found.lacks]
    why = f"{listed(told)}. {LACKING[found.lacks[0][0]][2]}" if told else "none is generated."
    return f"No image here scores as right: {why}"


def worth_words() -> str:
    """What further rounds were worth, measured, in words."""
    first, by_eye = WORTH.values()
    return (
        f"On the bundled model, round 1’s best schedule had {first} right images; two more rounds, with some "
        f"nine images chosen by eye, {by_eye}."
    )
