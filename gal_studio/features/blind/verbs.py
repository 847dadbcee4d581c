"""Compare two settings blind: deal pairs, keep what a person chooses, and undo it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.measures.blind import (
    MOST,
    PAIRS,
    Answer,
    Chosen,
    Key,
    Setting,
    deal,
    setting_key,
    shared,
)
from gal_studio.core.measures.compare import images_of
from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.measures.verdict import names_of
from gal_studio.core.records.candidate import PictureRef
from gal_studio.core.types import Author
from gal_studio.rounds.measured import Measured, measured
from gal_studio.studio.studio import Studio, verb

_GONE = "These two images are no longer a pair of the benchmark: close Compare blind, and open it again."


@dataclass(frozen=True)
class BlindPair:
    """Two images of the same prompt and seed, which do not say what generated them."""

    prompt: str
    left: PictureRef
    right: PictureRef


@dataclass(frozen=True)
class BlindSide:
    """What can be compared."""

    key: str
    name: str


@dataclass(frozen=True)
class BlindTold:
    """What was chosen so far, and how often the studio's figures agreed in this workspace; "" if nothing."""

    told: str
    agreed: str


@dataclass(frozen=True)
class Blind(BlindTold):
    """Two of the sides, by their keys, with the pairs that come next; the best side comes first.

    Without two sides to compare, there are no keys and no pairs.
    """

    sides: tuple[BlindSide, ...]
    first: str
    second: str
    pairs: tuple[BlindPair, ...]
    more: Annotated[int, Doc("The pairs that are left after these.")]
    can_undo: Annotated[bool, Doc("Whether the last answer of the project is one of these sides.")]


@verb
def compare_blind(
    studio: Studio, project_id: str, seed: int = 0, first: str = "", second: str = "", round_id: str = ""
) -> Blind:
    """Deal blind pairs of two measured settings: each is a round and a schedule that it generates by.

    They are named by the keys of what this returns. Order and sides are by chance, from the `seed`. Twelve
    pairs come first, and up to 24 in all. By default, the best setting of the round, or of all rounds, is
    compared with the best one of another round.
    """
    found = measured(studio.store, project_id)
    names = names_of([*found.settings.values(), *found.every_setting.values()])
    own = found.settings.get(round_id)
    usual = own.arm.setting if own else None
    both = _two(names, first or (setting_key(usual) if usual else ""), second)
    sides, agreed = tuple(BlindSide(key, names[one]) for key, one in _keys(names).items()), _agreed(studio)
    if both is None:
        return Blind("", agreed, sides, "", "", (), 0, False)
    drawn = [found.drawn[one] for one in both]
    pairs = shared(*map(images_of, drawn))
    answered = {frozenset(images) for images in pairs.values()} & found.answers.keys()
    number = (PAIRS if len(answered) < PAIRS else MOST) - len(answered)
    shown = [
        _pair(key, *(each[key] for each in (drawn if side == "left" else drawn[::-1])))
        for key, side in list(deal(pairs, answered, seed).items())[: max(0, number)]
    ]
    return Blind(
        told=_told(found, names, both),
        agreed=agreed,
        sides=sides,
        first=setting_key(both[0]),
        second=setting_key(both[1]),
        pairs=tuple(shown),
        more=max(0, min(len(pairs), MOST) - len(answered) - len(shown)),
        can_undo=studio.store.blind.last(project_id) in answered,
    )


def _keys(names: Iterable[Setting]) -> dict[str, Setting]:
    return {setting_key(one): one for one in names}


def _two(names: Iterable[Setting], first: str, second: str) -> tuple[Setting, Setting] | None:
    """What is compared: what is asked for, else the first one, and the next one of another round if any."""
    keys = _keys(names)
    if {first, second} - {"", *keys}:
        raise StudioError("This is no longer measured: close Compare blind, and open it again.")
    one = first or next(iter(keys), "")
    others = [each for each in keys if each != one]
    apart = [each for each in others if keys[each][0] != keys[one][0]]
    other = second or next(iter([*apart, *others]), "")
    if not (one and other):
        return None
    if one == other:
        raise StudioError("These are the same: choose two different ones to compare.")
    return keys[one], keys[other]


def _pair(key: Key, left: MeasuredPicture, right: MeasuredPicture) -> BlindPair:
    return BlindPair(key[0], PictureRef.of(left.candidate), PictureRef.of(right.candidate))


def _told(found: Measured, names: Mapping[Setting, str], both: tuple[Setting, Setting]) -> str:
    """What was chosen between two settings, in this order."""
    choice = next((each for each in found.choices if set(each.settings) == set(both)), None)
    return choice.sentence(names) if choice else ""


def _agreed(studio: Studio) -> str:
    return studio.store.blind.agreement().sentence


@verb
def choose_blind(
    studio: Studio, project_id: str, left: str, right: str, chosen: Chosen, author: Author = "human"
) -> BlindTold:
    """Say which of two benchmark images is the better one: "left", "right" or "neither".

    They are named by their IDs, and are of the same prompt and seed. The answer outranks what is computed,
    and `undo_blind` undoes it. Returns what was chosen between their settings so far.
    """
    checks.one_of("The answer", chosen, Chosen)
    with studio.store.database.transaction():
        found = measured(studio.store, project_id)
        placed = {
            one.candidate.id: (setting, key, one)
            for setting, drawn in found.drawn.items()
            for key, one in drawn.items()
        }
        if left not in placed or right not in placed:
            raise StudioError(_GONE)
        (first, at, one), (second, where, other) = placed[left], placed[right]
        if at != where or one.candidate.image == other.candidate.image:
            raise StudioError(_GONE)
        ahead = one.utility - other.utility
        answer = Answer(
            one.candidate.image,
            other.candidate.image,
            chosen,
            "left" if ahead > 0 else "right" if ahead < 0 else "",
        )
        studio.store.blind.add(project_id, answer, author)
    now = replace(found, answers={**found.answers, answer.pair: answer})
    names = names_of(list(now.every_setting.values()))
    return BlindTold(_told(now, names, (first, second)), _agreed(studio))


@verb
def undo_blind(studio: Studio, project_id: str) -> BlindPair | None:
    """Undo the last answer to a blind pair of a project.

    Returns the pair, to be shown again; None if nothing was left to undo, or one of its images is gone.
    """
    with studio.store.database.transaction():
        last = studio.store.blind.last(project_id)
        answer = studio.store.blind.standing(project_id).get(last) if last else None
        studio.store.blind.undo(project_id)
        drawn: dict[str, tuple[Key, MeasuredPicture]] = {
            one.candidate.image: (key, one)
            for pictures in measured(studio.store, project_id).drawn.values()
            for key, one in pictures.items()
        }
    if answer is None or answer.left not in drawn or answer.right not in drawn:
        return None
    (key, left), (_, right) = drawn[answer.left], drawn[answer.right]
    return _pair(key, left, right)
