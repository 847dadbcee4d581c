"""A branch beside the line that it left: pictures of the same prompts and seeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.records.candidate import PictureRef
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.rounds.branches import beside, set_aside
from gal_studio.state import Store
from gal_studio.studio.views.measures import FullMeasures

MOST = 12  # pairs

Key = tuple[str, int]
_Drawn = Mapping[Key, tuple[str, PictureRef]]  # by prompt and index: the prompt's words, and the picture


@dataclass(frozen=True)
class BranchLine:
    """One of two lines, by a round of it."""

    round: str
    name: str
    words: Annotated[str, Doc("What tells it from the other one: what differs, else the name.")]
    main: Annotated[bool, Doc("It was made the main line.")]


@dataclass(frozen=True)
class LinePair:
    """What two rounds generated for one prompt and seed."""

    prompt: str
    left: PictureRef
    branch: PictureRef


@dataclass(frozen=True)
class Beside:
    """Two rounds, one of a branch, the other of the line that it left, in pictures of the same prompts."""

    left: BranchLine
    branch: BranchLine
    measured: Annotated[bool, Doc("The images are those of the benchmark, else those of the rounds.")]
    pairs: tuple[LinePair, ...]


def beside_of(store: Store, round_id: str, measured: FullMeasures) -> Beside | None:
    """The pictures of a round and of the one beside it, one of each prompt; None if nothing is beside it.

    They are those of the benchmark at full strength where both rounds have some, else candidates.
    """
    project = store.snapshots.project(store.rounds.get(round_id).project_id)
    found = beside(project.round(round_id))
    if found is None:
        return None
    sides = [(found.here, found.own), (found.other, found.others)]
    sides.sort(key=lambda one: project.rounds.index(one[1]))
    left, branch = (side for side, _ in sides)
    pairs = _pairs(_benchmark(left, measured), _benchmark(branch, measured))
    shown = pairs or _pairs(_candidates(left), _candidates(branch))
    names, aside = project.names, set_aside(project)
    is_kept = any(fork.round.kept is not None for _, fork in sides)
    lines = [
        BranchLine(
            each.id,
            names[each.id],
            names[fork.id] if fork.round.copy_of else names[each.id],
            is_kept and each.id not in aside,
        )
        for each, fork in sides
    ]
    return Beside(lines[0], lines[1], bool(pairs), shown) if shown else None


def _benchmark(here: RoundSnapshot, measured: FullMeasures) -> _Drawn:
    prompts = {one.id: one.prompt for one in measured.all_prompts if one.part == "held_out"}
    return {
        (one.prompt_id, one.candidate.index): (
            prompts[one.prompt_id],
            PictureRef.of(one.candidate),
        )
        for one in measured.pictures
        if one.round_id == here.id and one.prompt_id in prompts and one.candidate.recipe == AS_TRAINED
    }


def _candidates(here: RoundSnapshot) -> _Drawn:
    return {
        (one.anchor_id, one.index): (
            here.project.prompts[one.anchor_id],
            PictureRef.of(one),
        )
        for one in here.candidates
        if one.image
    }


def _pairs(left: _Drawn, branch: _Drawn) -> tuple[LinePair, ...]:
    """The first picture of each prompt that both have."""
    first: dict[str, LinePair] = {}
    for key in sorted(left.keys() & branch.keys(), key=lambda one: one[1]):
        words, picture = left[key]
        first.setdefault(key[0], LinePair(words, picture, branch[key][1]))
    order = [key[0] for key in left]
    return tuple(first[one] for one in dict.fromkeys(order) if one in first)[:MOST]
