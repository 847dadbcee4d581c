"""What can be accepted where nothing is suggested: images that are right by the studio's own figures."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gal_studio.core.gal.standard import Standard
from gal_studio.core.records.candidate import Candidate

MOST = 12
"""Images of a shortlist."""


@dataclass(frozen=True)
class Listed:
    """An image of the shortlist, and its place (from 0) among so many of its prompt."""

    candidate: Candidate
    place: int
    among: int


@dataclass(frozen=True)
class Shortlist:
    """The images in the order in which they add most.

    `right` counts all that are right, `lacks` by what the others lack ("blank", or a `Lack`), most first.
    """

    images: tuple[Listed, ...]
    right: int
    lacks: tuple[tuple[str, int], ...]


def shortlist(
    candidates: Sequence[Candidate], rejected: Collection[str], accepted_anchors: Collection[str]
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
    images = (Listed(one, place, len(by_anchor[one.anchor_id])) for place, one in turns[:MOST])
    return Shortlist(tuple(images), len(right), tuple(Counter(lacks.values()).most_common()))
