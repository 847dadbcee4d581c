"""What a round's pictures of each strength schedule are, and which schedule is the best one (Eq. G18)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from gal_studio.core.gal.standard import KEPT_ENOUGH
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind

ENOUGH = 0.5  # of the pictures of the most drawn schedule: fewer say too little to be the best one
ALIKE_FROM = 0.1  # of the way from the base model's images to the references (Eq. G17)
COPIES_FROM = 0.25  # a LoRA that copies an image was trained on it
ENOUGH_TO_TELL = 6  # pictures
SEEN = 0.05  # by so much two schedules differ in a sentence


@dataclass(frozen=True)
class RecipeRate:
    """What a round's pictures of one schedule are, each a mean in [0, 1].

    `copies` is the mean of their chances to be copies (Eq. G16), `asked` of those to show what was asked for
    (Eq. G14), `carried` of those to have the style or object (Eq. G17); `good` is the mean utility u.
    What is not known counts as 1. Without references nobody knows `copies` and `carried`: they are None.
    """

    recipe: Recipe
    pictures: int
    copies: float | None
    asked: float
    carried: float | None
    good: float


def recipe_rates(drawn: Sequence[Candidate]) -> tuple[RecipeRate, ...]:
    """Eq. G18: what each schedule's pictures are, the strongest one first; blank ones are left out."""
    groups: dict[Recipe, list[Candidate]] = {}
    for candidate in drawn:
        if not candidate.is_blank and not candidate.own:
            groups.setdefault(candidate.recipe, []).append(candidate)
    is_judged = not is_unjudged(drawn)
    return tuple(
        RecipeRate(
            recipe,
            len(groups[recipe]),
            fmean([one.chance for one in groups[recipe]]) if is_judged else None,
            fmean([1.0 if one.asked is None else one.asked for one in groups[recipe]]),
            fmean([1.0 if one.kept is None else one.kept for one in groups[recipe]]) if is_judged else None,
            fmean([one.utility for one in groups[recipe]]),
        )
        for recipe in sorted(groups, key=lambda recipe: recipe.mean, reverse=True)
    )


def best_recipe(drawn: Sequence[Candidate]) -> Recipe:
    """Eq. G18: the schedule of the largest mean utility, the strongest of equal ones.

    As trained if no picture is of any use. Schedules that drew few pictures are left out, and those most of
    whose pictures lack the style or object, which a later training shows at full strength if at all. Without
    references the utility is the prompt match alone, which the weakest schedule has most of: then it is the
    strongest schedule within one standard error of the largest mean.
    """
    rates = recipe_rates(drawn)
    most = max((rate.pictures for rate in rates), default=0)
    known = [
        rate
        for rate in rates
        if rate.pictures >= ENOUGH * most and (rate.carried is None or rate.carried >= KEPT_ENOUGH)
    ]
    best = max(known, key=lambda rate: rate.good, default=None)
    if best is None or best.good == 0.0:
        return AS_TRAINED
    if not is_unjudged(drawn):
        return best.recipe
    least = best.good - _standard_error(best.recipe, drawn)
    return next(rate.recipe for rate in known if rate.good >= least)


def is_unjudged(drawn: Sequence[Candidate]) -> bool:
    """Whether there was no reference to compare these pictures with."""
    return any(one.copy_detectors == "none" for one in drawn)


def _standard_error(recipe: Recipe, drawn: Sequence[Candidate]) -> float:
    """The standard error of the mean utility of a schedule; 0 for a single picture."""
    values = [one.utility for one in drawn if one.recipe == recipe and not (one.is_blank or one.own)]
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def are_unlike_references(drawn: Sequence[Candidate]) -> bool:
    """Whether no schedule draws anything like the references.

    So if the median of Eq. G17's *shown* is below `ALIKE_FROM` for each schedule, 0 being the base model's
    images, and no schedule has copies. Few pictures, and those that were not compared, say nothing.
    """
    known = [one for one in drawn if one.carries is not None and not one.own]
    if len(known) < ENOUGH_TO_TELL:
        return False
    groups: dict[Recipe, list[Candidate]] = {}
    for one in known:
        groups.setdefault(one.recipe, []).append(one)
    for group in groups.values():
        alike = median(one.carries or 0.0 for one in group)
        if alike >= ALIKE_FROM or fmean(one.chance for one in group) >= COPIES_FROM:
            return False
    return True


def unlike_references(name: str, drawn: Sequence[Candidate]) -> str:
    """That no schedule of a LoRA from elsewhere draws anything like the references; "" otherwise."""
    if not are_unlike_references(drawn):
        return ""
    return (
        f"{name} doesn’t reproduce your images at any strength. If it was trained on other images, "
        "copies cannot be detected."
    )


def recipe_advice(name: str, best: Recipe, drawn: Sequence[Candidate], kind: Kind) -> str:
    """That the round of this name draws best by a weaker schedule (Eq. G18); empty for full strength."""
    rates = recipe_rates(drawn)
    if not rates or best in (AS_TRAINED, rates[0].recipe):
        return ""
    why = "the strongest with a good prompt match" if is_unjudged(drawn) else _why(best, rates, kind)
    return f"Best setting for {name}: {best.words} ({why}). Try a prompt and downloads use this strength."


def _why(best: Recipe, rates: Sequence[RecipeRate], kind: Kind) -> str:
    """What the best schedule's images have over the strongest's; a later round may have no copies left."""
    rate = next((each for each in rates if each.recipe == best), rates[0])
    fewer, more = (
        (worse or 0.0) - (better or 0.0) >= SEEN
        for worse, better in ((rates[0].copies, rate.copies), (rate.carried, rates[0].carried))
    )
    kept = f"{'more' if more else 'most'} of the {find_taught(kind).look} kept"
    return f"fewer copies, {kept}" if fewer else kept


def not_judged(kind: Kind) -> str:
    """What nobody knows of a LoRA that is judged without references, and what to do."""
    return f"Copies and {kind} match are not judged. Judge it again with a few images that it was trained on."
