"""What a round says of itself before anything is suggested: whether copies can be told, and whether a
further round is needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median

from gal_studio.core.gal.reasons import capitalized
from gal_studio.core.gal.recipe_rates import best_recipe
from gal_studio.core.intervals import rate_below
from gal_studio.core.loss_trend import Trend
from gal_studio.core.records.candidate import Candidate

LOCKED_FROM = 0.5
"""Above this share of test prompts that are copies throughout, nobody can tell copies from the style."""
FEW_COPIES = 0.1
"""A share of copies that is small: up to it flags are not doubted, and there is nothing to mend."""
FALLS_BY = 0.05
"""How much less likely copies must be with the weakest recipe than with the LoRA as trained."""


@dataclass(frozen=True)
class SelfCheck:
    """What a round says of itself, empty for nothing; `is_final` if no round that follows it is of use.

    The round `diverged` if its loss rose or its pictures are noise: nothing in them is to be suggested.
    """

    sentence: str = ""
    is_final: bool = False
    diverged: bool = False


def self_check(
    candidates: Iterable[Candidate],
    number: int = 1,
    is_full: bool = False,
    held_out: Iterable[Candidate] = (),
    loss: Trend = "unclear",
) -> SelfCheck:
    """Eq. G7, G12: what to say of a round of this number whose chances (Eq. G16) are known.

    A whole denoiser (`is_full`) is drawn as it was trained, whatever its weaker recipes give. `held_out` are
    its pictures of benchmark prompts as far as they are drawn, and `loss` says where that of its training
    went.
    """
    drawn = _said(candidates)
    if diverged := _diverged(_as_trained(drawn), number, loss):
        return SelfCheck(diverged, is_final=True, diverged=True)
    if not drawn or None in [one.chance_by_detectors for one in drawn]:
        return SelfCheck()
    if doubt := _doubt(drawn):
        return SelfCheck(
            f"{doubt[0].upper()}{doubt[1:]}: the detector may be mistaking the style for copies. Check a "
            "few, and press L on those that are not copies."
        )
    measured = _said(held_out)
    if not _hardly_copies(measured):
        return SelfCheck()
    number_of = sum(one.overfit for one in measured)
    copies = f"{f'only {number_of}' if number_of else 'none'} of {len(measured)} benchmark images are copies"
    if number == 0:
        words = f"{capitalized(copies)}{_carried_words(measured)}. {_WITHOUT_TRAINING}"
        return SelfCheck(words, is_final=True)
    advice = _take(number, "" if is_full else best_recipe(drawn).words)
    return SelfCheck(f"No further round needed: {copies}. {advice}".rstrip(), is_final=True)


def _said(candidates: Iterable[Candidate]) -> list[Candidate]:
    return [one for one in candidates if not one.is_blank and not one.own]


def _doubt(drawn: Sequence[Candidate]) -> str:
    """Why the flags of a round's pictures say nothing, as a clause; empty if they do."""
    prompts: dict[str, list[bool]] = {}
    for one in drawn:
        prompts.setdefault(one.anchor_id, []).append(one.overfit)
    locked = sum(all(flags) for flags in prompts.values())
    if locked > LOCKED_FROM * len(prompts):
        return f"all images of {locked} of {len(prompts)} test prompts count as copies"
    full = _as_trained(drawn)
    if _has_few_copies(full):
        return ""
    weakest = min([one.recipe for one in drawn], key=attrgetter("mean"))
    weak = [one for one in drawn if one.recipe == weakest]
    if not weakest.is_as_trained and _mean(weak) > _mean(full) - FALLS_BY:
        return "as many images count as copies at the lowest LoRA strength as at full strength"
    return ""


def _as_trained(drawn: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in drawn if one.recipe.is_as_trained]


def _diverged(full: Sequence[Candidate], number: int, loss: Trend) -> str:
    """Why a training diverged: its loss rose, or most pictures at full strength are noise; empty if not.

    What is rough after a loss fell far is no noise, but the style.
    """
    noisy = sum([one.is_noise for one in full])
    if loss == "rose":
        known = "its loss ended far above its start"
    elif noisy > len(full) / 2 and loss != "fell":
        known = (
            f"{noisy} of {len(full)} images at full strength are noise, unlike the references and the base "
            "model’s images"
        )
    else:
        return ""
    if number == 0:
        return f"{capitalized(known)}: lower the reference strength, or choose another image adapter."
    return (
        f"The training diverged: {known}. Lower the learning rate or steps (Reference › Advanced), then "
        "press Train."
    )


def _has_few_copies(drawn: Sequence[Candidate]) -> bool:
    return sum([one.overfit for one in drawn]) <= FEW_COPIES * len(drawn)


def _hardly_copies(measured: Sequence[Candidate]) -> bool:
    """Eq. G7: whether hardly any picture of prompts that nobody trained on is a copy, and they carry it.

    At most a tenth of all that the round would draw may be copies, in whole percent, with 95 % confidence:
    none of 24 says so, none of 12 does not. False where nobody knows.
    """
    if not measured:
        return False
    flags: dict[str, list[float]] = {}
    for one in measured:
        flags.setdefault(one.anchor_id, []).append(float(one.overfit))
    known = carried(measured)
    has_learned = known is None or known > 0.0
    return round(rate_below(flags), 2) <= FEW_COPIES and has_learned


def carried(pictures: Sequence[Candidate]) -> float | None:
    """What half of the pictures carry at most (Eq. G17); None where that is not known of all."""
    known = [one.carries for one in pictures if one.carries is not None]
    return median(known) if len(known) == len(pictures) > 0 else None


_WITHOUT_TRAINING = "Accept images to train on, or use Round 0 as it is."


def _carried_words(measured: Sequence[Candidate]) -> str:
    """How much of the references the pictures of Round 0 carry, which no training has seen to."""
    known = carried(measured)
    return (
        "" if known is None or known >= 0.5 else "; half of them show less than half of your references’ look"
    )


def _take(number: int, words: str) -> str:
    """What to do now; `words` say how to draw with this round, if otherwise than as trained."""
    if number == 1:
        return f"Best setting for this one: {words}." if words else ""
    return f"See Results for the best round{f'. Best setting for this one: {words}' if words else ''}."


def _mean(candidates: Sequence[Candidate]) -> float:
    return sum([one.chance for one in candidates]) / len(candidates)
