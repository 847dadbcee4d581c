"""Compare two settings blind: deal pairs, keep what a person chooses, and undo it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.measures.blind import MOST, PAIRS, Answer, Choice, Chosen, Key, Setting, deal, shared
from gal_studio.core.measures.compare import images_of
from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.measures.verdict import names_of
from gal_studio.core.types import Author
from gal_studio.rounds.measured import Measured, measured
from gal_studio.studio.studio import Studio, verb

_GONE = "These two images are no pair of the benchmark any more: close Compare blind, and open it again."


@dataclass(frozen=True)
class BlindPair:
    """Two images of the same prompt and seed."""

    prompt: str
    left: MeasuredPicture
    right: MeasuredPicture


@dataclass(frozen=True)
class Comparison:
    """Two settings side by side: the `pairs` to show next, and what was chosen so far.

    `names` are those of all that can be compared, the best one first. `settings` are None where there are no
    two. After these pairs, `more` are left. With `can_undo`, the last answer of the project is one of theirs.
    """

    names: Mapping[Setting, str]
    settings: tuple[Setting, Setting] | None = None
    pairs: tuple[BlindPair, ...] = ()
    choice: Choice | None = None
    more: int = 0
    can_undo: bool = False

    @property
    def sentence(self) -> str:
        """What was chosen so far; empty without an answer."""
        return self.choice.sentence(self.names) if self.choice else ""


@verb
def compare_blind(
    studio: Studio,
    project_id: str,
    seed: int = 0,
    first: Setting | None = None,
    second: Setting | None = None,
    round_id: str | None = None,
) -> Comparison:
    """Deal blind pairs of two measured settings: each is a round and a schedule that it generates by.

    Order and sides are by chance, from the `seed`. Twelve pairs come first, and up to 24 in all. By default,
    the best setting of the round, or of all rounds, is compared with the best one of another round.
    """
    found = measured(studio.store, project_id)
    names = names_of([*found.settings.values(), *found.every_setting.values()])
    own = found.settings.get(round_id or "")
    both = _two(names, first or (own.arm.setting if own else None), second)
    if both is None:
        return Comparison(names)
    drawn = [found.drawn[one] for one in both]
    pairs = shared(*map(images_of, drawn))
    answered = {frozenset(images) for images in pairs.values()} & found.answers.keys()
    number = (PAIRS if len(answered) < PAIRS else MOST) - len(answered)
    shown = [
        BlindPair(key[0], *(each[key] for each in (drawn if side == "left" else drawn[::-1])))
        for key, side in list(deal(pairs, answered, seed).items())[: max(0, number)]
    ]
    return Comparison(
        names,
        both,
        tuple(shown),
        _choice(found, *both),
        max(0, min(len(pairs), MOST) - len(answered) - len(shown)),
        studio.store.blind.last(project_id) in answered,
    )


def _two(
    names: Mapping[Setting, str], first: Setting | None, second: Setting | None
) -> tuple[Setting, Setting] | None:
    """What is compared: what is asked for, else the first one, and the next one of another round if any."""
    if unknown := {first, second} - {None, *names}:
        raise StudioError(f"{len(unknown)} of these is not measured: measure the round first.")
    one = first or next(iter(names), None)
    others = [each for each in names if each != one]
    apart = [each for each in others if one and each[0] != one[0]]
    other = second or next(iter([*apart, *others]), None)
    if one is None or other is None:
        return None
    if one == other:
        raise StudioError("These are the same: choose two different ones to compare.")
    return one, other


def _choice(found: Measured, first: Setting, second: Setting) -> Choice | None:
    """What was chosen between two settings, in this order."""
    return next((each for each in found.choices if set(each.settings) == {first, second}), None)


@verb
def choose_blind(
    studio: Studio, project_id: str, left: str, right: str, chosen: Chosen, author: Author = "human"
) -> Comparison:
    """Say which of two benchmark images is the better one: "left", "right" or "neither".

    They are named by their IDs, and are of the same prompt and seed. The answer outranks what is computed,
    and `undo_blind` undoes it. Returns what was chosen between their settings so far, without pairs.
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
    return Comparison(names, (first, second), choice=_choice(now, first, second), can_undo=True)


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
    return BlindPair(key[0], left, right)
