"""What a round says of itself before anything is suggested: whether copies can be told, what is to mend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from gal_studio.core.gal.recipe_rates import best_recipe, recipe_rates
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.types import Candidate

LOCKED_FROM = 0.5
"""Above this share of test prompts that are copies throughout, nobody can tell copies from the style."""
MENDED_BELOW = 0.1
"""Share of copies among pictures drawn with the LoRA as trained, up to which there is nothing to mend."""
FALLS_BY = 0.05
"""How much less likely copies must be with the weakest recipe than with the LoRA as trained."""

Witness = Literal["prompts", "pictures"]
_ALONE: Mapping[Witness, tuple[str, str]] = {
    "prompts": ("The vision model", "the prompts alone decide what is a copy"),
    "pictures": ("The prompts", "the pictures alone decide what is a copy"),
}


@dataclass(frozen=True)
class SelfCheck:
    """What a round says of itself, empty for nothing; `mended` if no round that follows it is of use.

    `heard` is the witness that decides alone, where both together cannot see the reference.
    """

    sentence: str = ""
    mended: bool = False
    heard: Witness | None = None


def self_check(candidates: Iterable[Candidate], number: int = 1) -> SelfCheck:
    """Eq. G12: what to say of a round of this number, whose chances (Eq. G16) are known, and who decides."""
    drawn = [replace(one, heard=None) for one in candidates if not one.is_blank and not one.own]
    if not drawn or any(one.chance_by_witnesses is None for one in drawn):
        return SelfCheck()
    if doubt := _doubt(drawn):
        return _other_witness(drawn, doubt) or SelfCheck(
            f"{doubt[0].upper()}{doubt[1:]}, so perhaps this reference cannot be told from its style: look, "
            "and mark some that are none."
        )
    full = _as_trained(drawn)
    if not full or not _is_mended(full):
        return SelfCheck()
    copies = f"{sum(one.overfit for one in full)} of {len(full)} pictures at full strength copy"
    if lost := _lost(full):
        what = "it has lost what the rounds before carry: go back" if number > 1 else "train longer"
        what = what if number else "raise the reference strength, or train a round"
        return SelfCheck(f"{copies}, but {lost}: {what}.", mended=True)
    return SelfCheck(f"Nothing to mend: {copies}. {_take(drawn, number)}", mended=True)


def _other_witness(drawn: Sequence[Candidate], doubt: str) -> SelfCheck | None:
    """The witness that sees the reference alone: its flags are there at full strength, and fall.

    None where no witness does, or pictures of a single recipe say nothing of it.
    """
    for witness, words in _ALONE.items() if len({one.recipe for one in drawn}) > 1 else ():
        alone = [replace(one, heard=witness) for one in drawn]
        if not _doubt(alone) and not _is_mended(_as_trained(alone)):
            said = f"{words[0]} cannot tell this reference from its style ({doubt}), so {words[1]}."
            return SelfCheck(said, heard=witness)
    return None


def as_heard(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The pictures of a round, judged by the witness that sees its reference."""
    heard = self_check(candidates).heard
    return tuple(candidates) if heard is None else tuple(replace(one, heard=heard) for one in candidates)


def _doubt(drawn: Sequence[Candidate]) -> str:
    """Why the flags of a round's pictures say nothing, as a clause; empty if they do."""
    prompts: dict[str, list[bool]] = {}
    for one in drawn:
        prompts.setdefault(one.anchor_id, []).append(one.overfit)
    locked = sum(all(flags) for flags in prompts.values())
    if locked > LOCKED_FROM * len(prompts):
        return f"all pictures of {locked} of {len(prompts)} test prompts count as copies"
    full = _as_trained(drawn)
    if _is_mended(full):
        return ""
    weakest = min((one.recipe for one in drawn), key=lambda recipe: recipe.mean)
    weak = [one for one in drawn if one.recipe == weakest]
    if weakest != AS_TRAINED and _mean(weak) > _mean(full) - FALLS_BY:
        return "as many pictures count as copies with the weakest recipe as at full strength"
    return ""


def _as_trained(drawn: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in drawn if one.recipe == AS_TRAINED]


def _is_mended(full: Sequence[Candidate]) -> bool:
    return sum(one.overfit for one in full) <= MENDED_BELOW * len(full)


def _lost(full: Sequence[Candidate]) -> str:
    """Why pictures at full strength have nothing of what is to be learned, as a clause; empty if they do."""
    without = sum(one.lacks_subject for one in full)
    if without > len(full) / 2:
        return f"{without} do not show the object"
    carried = [one.carries for one in full if one.carries is not None]
    if len(carried) == len(full) and median(carried) <= 0.0:
        return "they carry no more of it than the base model’s"
    return ""


def _take(drawn: Sequence[Candidate], number: int) -> str:
    """Which round to take, and how to draw with this one: a later one may have lost what it should carry."""
    if number == 0:
        return "Use it without training, or let a round learn what you accept."
    words = best_recipe(recipe_rates(drawn)).words
    if number == 1:
        return f"Take this round; it draws best with {words}." if words else "Take this round."
    return f"Results says which round to take{f'; this one draws best with {words}' if words else ''}."


def _mean(candidates: Sequence[Candidate]) -> float:
    return sum(one.chance for one in candidates) / len(candidates)
