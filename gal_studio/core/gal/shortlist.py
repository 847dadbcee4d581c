"""What can be accepted where nothing is suggested: images that are right by the studio's own figures."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gal_studio.core.gal.standard import Standard
from gal_studio.core.records.candidate import Candidate

MOST = 12
"""Images of a shortlist."""
Held = Literal["well", "copied", "poor"]
"""What a prompt's images are: one of them at least may be right, or else most are copies, or else not."""


@dataclass(frozen=True)
class Listed:
    """An image of the shortlist, and its place (from 0) among so many of its prompt.

    `is_held`: at least half of its prompt's images at full strength are right, so that it adds little.
    """

    candidate: Candidate
    place: int
    among: int
    is_held: bool


@dataclass(frozen=True)
class Shortlist:
    """The images in the order in which they add most.

    `right` counts all that are right, `lacks` by what the others lack ("blank", or a `Lack`), most first,
    and `prompts` the test prompts by what their images are, most first. `is_known`: whether the images that
    are right are known to have the style or object, which nothing says before the first training.
    """

    images: tuple[Listed, ...]
    right: int
    lacks: tuple[tuple[str, int], ...]
    prompts: tuple[tuple[Held, int], ...]
    is_known: bool = True

    @property
    def additions(self) -> tuple[Candidate, ...]:
        """The best image of each prompt that the model does not hold at full strength yet."""
        return tuple(one.candidate for one in self.images if not (one.is_held or one.place))


def shortlist(
    candidates: Sequence[Candidate],
    rejected: Collection[str],
    accepted_anchors: Collection[str],
    is_trained: bool = True,
) -> Shortlist:
    """The images that are no copies (Eq. G16), match their prompts (G14) and the references (G17).

    In rounds over the prompts: the image of the largest u of each prompt first, then the second of each, so
    that none fills the list alone; first of prompts that the model does not hold at full strength yet, of
    which an image adds most. A prompt with an accepted image is left out, as is what was rejected. Where
    nothing `is_trained`, whether an image has the style or object may be unknown.
    """
    lacks = {one.id: "blank" if one.is_blank else Standard().lacks(one) for one in candidates if not one.own}
    right = [one for one in candidates if lacks.get(one.id, "own") == ""]
    open_ = [one for one in right if one.id not in rejected and one.anchor_id not in accepted_anchors]
    by_anchor: dict[str, list[Candidate]] = {}
    for one in sorted(open_, key=lambda one: (-one.utility, one.id)):
        by_anchor.setdefault(one.anchor_id, []).append(one)
    turns = [(place, one) for group in by_anchor.values() for place, one in enumerate(group)]
    of_prompt: dict[str, list[Candidate]] = {}
    for one in candidates:
        if not one.own:
            of_prompt.setdefault(one.anchor_id, []).append(one)
    held = {name for name, images in of_prompt.items() if _is_held(images, lacks)}
    turns.sort(key=lambda turn: (turn[1].anchor_id in held, turn[0], -turn[1].utility, turn[1].id))
    images = (
        Listed(one, place, len(by_anchor[one.anchor_id]), one.anchor_id in held)
        for place, one in turns[:MOST]
    )
    prompts = Counter(_held([lacks[one.id] for one in drawn]) for drawn in of_prompt.values())
    return Shortlist(
        tuple(images), len(right), tuple(Counter(lacks.values()).most_common()), tuple(prompts.most_common()),
        is_known=is_trained or not right or any(one.kept is not None for one in right),
    )  # fmt: skip


def _is_held(images: Sequence[Candidate], lacks: Mapping[str, str]) -> bool:
    """Whether at least half of a prompt's images at full strength are right."""
    full = [lacks[one.id] == "" for one in images if one.recipe.is_as_trained]
    return bool(full) and 2 * sum(full) >= len(full)


def _held(lacks: Sequence[str]) -> Held:
    if "" in lacks:
        return "well"
    return "copied" if 2 * lacks.count("clean") > len(lacks) else "poor"
