"""Branches: what differs from the line that they left, in words, and which line is the main one."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import read_changes
from gal_studio.core.settings_fields import setting_words
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.words import counted

OTHER_IMAGES = "other images"
"""What a branch is called until a round was trained on its choice."""


def difference_words(here: RoundSnapshot) -> str:
    """What differs in the branch that a copy begins: "3 other images, rank 16", "seed 7"."""
    changes = read_changes(here.round.changes)
    found = [
        setting_words(f"{group}.{name}", value)
        for group, values in changes.items()
        for name, value in values.items()
    ]
    if here.round.seed is not None:
        found.append(f"seed {here.round.seed}")
    chosen = "" if "policy" in changes.get("gal", {}) else choice_words(here)
    return ", ".join(filter(None, (chosen, *found))) or OTHER_IMAGES


def choice_words(here: RoundSnapshot) -> str:
    """How the choice of a copy differs from that of its round: "3 other images"; empty if it does not."""
    above = here.round.copy_of
    if above is None:
        return ""
    left = here.project.round(above)
    own, others = _choice(here), _choice(left)
    more, fewer = len(own.keys() - others.keys()), len(others.keys() - own.keys())
    if more or fewer:
        return counted(more, "other image") if more else counted(fewer, "image fewer", "images fewer")
    return "" if own == others else "other parts or weights"


def _choice(here: RoundSnapshot) -> Mapping[tuple[str, int], tuple[str | None, float | None]]:
    """The accepted pictures by test prompt and index, with the painted part and the weight of each."""
    decided = here.decided
    return {
        (one.anchor_id, one.index): (decided.masks.get(one.id), decided.weights.get(one.id))
        for one in here.tiles
        if one.id in decided.accepted
    }


def fork_of(here: RoundSnapshot) -> tuple[RoundSnapshot, ...]:
    """A round with its copies, the one that drew the pictures first."""
    begins = here.original
    return begins, *(each for each in here.project.rounds if each.original is begins and each is not begins)


@dataclass(frozen=True)
class Beside:
    """A round and the one beside it, each with the round at which their lines part."""

    here: RoundSnapshot
    own: RoundSnapshot
    other: RoundSnapshot
    others: RoundSnapshot


def beside(here: RoundSnapshot) -> Beside | None:
    """The trained round beside this one: of its number and kind, where a branch parted last.

    For a branch it is that of the line it left; there, it is that of the newest branch. None if nothing
    stands beside the round.
    """
    trained = [each for each in here.project.shown if each.round.adapter is not None]
    for own in reversed(here.ancestors):
        first, *copies = fork_of(own)
        for others in (first, *reversed(copies)):
            for other in trained if others is not own else ():
                same = (other.round.number, other.round.kind) == (here.round.number, here.round.kind)
                if same and others in other.ancestors:
                    return Beside(here, own, other, others)
    return None


def forks_through(here: RoundSnapshot) -> tuple[str, ...]:
    """The rounds of a line at which branches part from it, by ID; a StudioError if there are none."""
    found = tuple(each.id for each in (*here.ancestors, here) if len(fork_of(each)) > 1)
    if not found:
        raise StudioError("This round has no branch beside it: press What if? first.")
    return found


def set_aside(project: ProjectSnapshot) -> frozenset[str]:
    """The rounds of lines beside which another one was made the main one."""
    kept: dict[str, RoundSnapshot] = {}
    for each in sorted(project.rounds, key=lambda one: one.round.kept or 0.0):
        if each.round.kept is not None:
            kept[each.original.id] = each
    aside = set[str]()
    for each in project.rounds:  # a parent stands before its children
        main = kept.get(each.original.id, each)
        if main is not each or each.round.parent_id in aside:
            aside.add(each.id)
    return frozenset(aside)


def not_aside(project: ProjectSnapshot) -> tuple[RoundSnapshot, ...]:
    """The rounds that are shown, without those that were set aside."""
    aside = set_aside(project)
    return tuple(each for each in project.shown if each.id not in aside)
