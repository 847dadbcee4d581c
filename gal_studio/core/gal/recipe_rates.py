"""What a round's pictures of each recipe are, and which recipe is the best one (Eq. G18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from gal_studio.core.gal.standard import Standard, usual_margins
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.types import CARRIES, LIKENESS, Candidate

BLIND = 0.5  # a share of flags in the weakest recipe's pictures that says that flags mean nothing here


@dataclass(frozen=True)
class RecipeRate:
    """What a round's pictures of one recipe are, each a mean in [0, 1].

    `copies` are those that count as copies, `asked` those in which what was asked for is recognised, and
    `carried` is how much of the style or the object they have. `good` is the mean of each picture's product
    of the last two, without copies and pictures without the object.
    """

    recipe: Recipe
    pictures: int
    copies: float
    asked: float
    carried: float
    good: float


def recipe_rates(drawn: Sequence[Candidate]) -> tuple[RecipeRate, ...]:
    """Eq. G18: what each recipe's pictures are, the strongest recipe first; blank ones are left out."""
    groups: dict[Recipe, list[Candidate]] = {}
    for candidate in drawn:
        if not candidate.is_blank and not candidate.own:
            groups.setdefault(candidate.recipe, []).append(candidate)
    recipes = sorted(groups, key=lambda recipe: recipe.mean, reverse=True)
    if not recipes:
        return ()
    full, weakest = groups[recipes[0]], groups[recipes[-1]]
    is_asked, carried = Standard(usual_margins(weakest)).is_asked, _scale(full, weakest)
    is_blind = fmean(candidate.overfit for candidate in weakest) >= BLIND

    def rate(recipe: Recipe) -> RecipeRate:
        pictures = groups[recipe]
        copies = [float(candidate.overfit) for candidate in pictures]
        asked = [float(is_asked(candidate)) for candidate in pictures]
        have = [carried(candidate) * (not candidate.lacks_subject) for candidate in pictures]
        clean = [1.0] * len(copies) if is_blind else [1.0 - copy for copy in copies]
        good = fmean(map(lambda *parts: parts[0] * parts[1] * parts[2], clean, asked, have))
        return RecipeRate(recipe, len(pictures), fmean(copies), fmean(asked), fmean(have), good)

    return tuple(map(rate, recipes))


def best_recipe(drawn: Sequence[Candidate]) -> Recipe:
    """Eq. G18: the recipe of most good pictures, the strongest of equal ones; as trained if none is good."""
    best = max(recipe_rates(drawn), key=lambda rate: rate.good, default=None)
    return AS_TRAINED if best is None or best.good == 0.0 else best.recipe


def recipe_advice(name: str, best: Recipe, drawn: Sequence[Candidate]) -> str:
    """That the round of this name draws by its best recipe (Eq. G18), in words; empty for full strength."""
    rates = recipe_rates(drawn)
    if not rates or best in (AS_TRAINED, rates[0].recipe):
        return ""
    good = {rate.recipe: f"{100 * rate.good:.0f} %" for rate in rates}
    return (
        f"To draw with {name}, hold the LoRA back: {best.words}. {good[best]} of its candidates are good so, "
        f"{good[rates[0].recipe]} at full strength: clean, as asked, and like the references. Try a prompt "
        "and downloads begin with this recipe."
    )


def _scale(full: Sequence[Candidate], weakest: Sequence[Candidate]) -> Callable[[Candidate], float]:
    """How much of what the strongest recipe adds to the weakest one a picture has, in [0, 1].

    By the score that says it, which is 0 for the base model, or else by the likeness to the references.
    """
    everything = [*full, *weakest]
    is_known = all(candidate.score(CARRIES) is not None for candidate in everything)
    name = CARRIES if is_known else LIKENESS
    high = median(candidate.score(name) or 0.0 for candidate in full)
    low = 0.0 if is_known else median(candidate.score(name) or 0.0 for candidate in weakest)

    def carried(candidate: Candidate) -> float:
        if high <= low:
            return 1.0
        return min(max(((candidate.score(name) or 0.0) - low) / (high - low), 0.0), 1.0)

    return carried
