"""What a round says of itself before anything is suggested: whether copies can be told, what is to mend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gal_studio.core.gal.kept import carried, carries_nothing, is_lost, kept
from gal_studio.core.gal.recipe_rates import best_recipe
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.seeds import generator
from gal_studio.core.types import Candidate

LOCKED_FROM = 0.5
"""Above this share of test prompts that are copies throughout, nobody can tell copies from the style."""
MENDED_BELOW = 0.1
"""Share of copies among pictures drawn with the LoRA as trained, up to which there is nothing to mend."""
FALLS_BY = 0.05
"""How much less likely copies must be with the weakest recipe than with the LoRA as trained."""

Detector = Literal["prompts", "pictures"]
_ALONE: Mapping[Detector, tuple[str, str]] = {
    "prompts": ("The vision model", "the prompts alone decide what is a copy"),
    "pictures": ("The prompts", "the pictures alone decide what is a copy"),
}
NOISE = "most are noise"
"""What is `lost` in a round that diverged."""


@dataclass(frozen=True)
class SelfCheck:
    """What a round says of itself, empty for nothing; `mended` if no round that follows it is of use.

    `heard` is the detector that decides alone, where both together cannot see the reference. `lost` says, as
    a clause, that the round does not carry what it should; Results never calls such a round the best.
    It `diverged` if its pictures are noise (Eq. G23): nothing in them is to be suggested.
    """

    sentence: str = ""
    mended: bool = False
    diverged: bool = False
    heard: Detector | None = None
    lost: str = ""


def self_check(
    candidates: Iterable[Candidate],
    number: int = 1,
    first: Iterable[Candidate] = (),
    is_full: bool = False,
) -> SelfCheck:
    """Eq. G7, G12: what to say of a round of this number whose chances (Eq. G16) are known, and who decides.

    `first` are the pictures of the first round of its line, which chose who decides; empty in that round.
    A whole denoiser (`is_full`) is drawn as it was trained, whatever its weaker recipes give.
    """
    given, earlier = _said(candidates), _said(first)
    drawn = given if earlier else [replace(one, heard=None) for one in given]
    if noisy := _noise(_as_trained(drawn), number):
        return SelfCheck(noisy, mended=True, diverged=True, lost=NOISE)
    if not drawn or any(replace(one, heard=None).chance_by_detectors is None for one in drawn):
        return SelfCheck()
    full = _as_trained(drawn)
    lost = _lost(full, drawn, earlier) if full else ""
    if doubt := _doubt(drawn):
        other = None if earlier else _other_detector(drawn, doubt)
        return other or SelfCheck(
            f"{doubt[0].upper()}{doubt[1:]}, so perhaps this reference cannot be told from its style: look, "
            "and mark some that are none.",
            lost=lost,
        )
    if not full or not _is_mended(full):
        return SelfCheck(lost=lost)
    copies = f"{sum(one.overfit for one in full)} of {len(full)} pictures at full strength copy"
    if lost:
        what = "it has lost what the rounds before carry: go back" if number > 1 else "train longer"
        what = what if number else "raise the reference strength, or train a round"
        return SelfCheck(f"{copies}, but {lost}: {what}.", mended=True, lost=lost)
    if number == 0:
        return SelfCheck(f"{copies}{_carried_words(full)}. {_WITHOUT_TRAINING}", mended=True)
    return SelfCheck(
        f"Nothing to mend: {copies}. {_take(number, '' if is_full else best_recipe(drawn).words)}",
        mended=True,
    )


def _said(candidates: Iterable[Candidate]) -> list[Candidate]:
    return [one for one in candidates if not one.is_blank and not one.own]


def _other_detector(drawn: Sequence[Candidate], doubt: str) -> SelfCheck | None:
    """The detector that sees the reference alone: its flags are there at full strength, and fall.

    None where no detector does, or pictures of a single recipe say nothing of it.
    """
    for detector, words in _ALONE.items() if len({one.recipe for one in drawn}) > 1 else ():
        alone = [replace(one, heard=detector) for one in drawn]
        if not _doubt(alone) and not _is_mended(_as_trained(alone)):
            sentence = f"{words[0]} cannot tell this reference from its style ({doubt}), so {words[1]}."
            return SelfCheck(sentence, heard=detector)
    return None


def as_heard(candidates: Sequence[Candidate], first: Sequence[Candidate] = ()) -> tuple[Candidate, ...]:
    """The pictures of a round, judged by the detector that sees its reference, as `first` has it if given."""
    heard = self_check(first or candidates).heard
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


def _noise(full: Sequence[Candidate], number: int) -> str:
    """What to say of pictures at full strength most of which are noise; empty if they are not."""
    noisy = sum(one.is_noise for one in full)
    if noisy <= len(full) / 2:
        return ""
    known = (
        f"{noisy} of {len(full)} pictures at full strength are noise, and neither the references nor the "
        "base model’s pictures are"
    )
    if number == 0:
        return f"{known}: lower the reference strength, or choose another image adapter."
    return (
        f"The training diverged: {known}. Of a finished training no earlier step is kept: choose a lower "
        "learning rate or fewer steps (under Advanced on the first screen), then press Fine-tune."
    )


def _is_mended(full: Sequence[Candidate]) -> bool:
    return sum(one.overfit for one in full) <= MENDED_BELOW * len(full)


def _lost(full: Sequence[Candidate], drawn: Sequence[Candidate], first: Sequence[Candidate]) -> str:
    """Why a round does not carry what it should, as a clause about its pictures; empty if it does."""
    without = sum(one.lacks_subject for one in full)
    if without > len(full) / 2:
        return f"{without} of {len(full)} do not show the object"
    if carries_nothing(full):
        return "most carry no more of it than the base model’s"
    since = kept(_keyed(first, drawn), _keyed(drawn, first), generator(0, "self-check", "kept"))
    if since is not None and is_lost(since):
        return f"those drawn alike carry {round(-100 * since.value)} points less of it than the first round’s"
    return ""


def _keyed(these: Sequence[Candidate], others: Sequence[Candidate]) -> dict[tuple[str, int], Candidate]:
    """By prompt and number, of those that both rounds drew by one recipe."""
    recipes: dict[tuple[str, int], Recipe] = {(one.anchor_id, one.index): one.recipe for one in others}
    keyed = {(one.anchor_id, one.index): one for one in these}
    return {key: one for key, one in keyed.items() if recipes.get(key) == one.recipe}


_WITHOUT_TRAINING = "Accept what a round is to learn, or use this one without training."


def _carried_words(full: Sequence[Candidate]) -> str:
    """How much of the references the pictures of Round 0 carry, which no training has seen to."""
    known = carried(full)
    return "" if known is None else f", and half of them carry at most {100 * known:.0f} % of your references"


def _take(number: int, words: str) -> str:
    """What to do now; `words` say how to draw with this round, if otherwise than as trained."""
    if number == 1:
        return (
            f"No further round is needed; this one draws best with {words}."
            if words
            else "No further round is needed."
        )
    return f"Results says which round to take{f'; this one draws best with {words}' if words else ''}."


def _mean(candidates: Sequence[Candidate]) -> float:
    return sum(one.chance for one in candidates) / len(candidates)
