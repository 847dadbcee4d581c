"""The recipes over which the candidates of an anchor are spread (Eq. G13), and the best one (Eq. G18)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.types import LIKENESS, Candidate

LEVELS = 5
CARRIES = "carries"  # the name of the score of how much a picture has of what is learned
RECOGNISED = 0.6  # of the margin that the weakest recipe reaches, see Eq. G14
BLIND = 0.5  # a share of flags in the weakest recipe's pictures that says that flags mean nothing here


def candidate_recipe(settings: GenerationSettings, index: int) -> Recipe:
    """Eq. G13: from the LoRA as trained to the weakest recipe in five even steps, over and over.

    With a latest switch, candidates begin at the lowest strength and have the full one from a switch on that
    moves from the first step to the latest. Without one, their strength is constant and falls from 1 to the
    lowest. The recipe depends on the candidate's index alone, so that an anchor's further candidates change
    none.
    """
    share = (index % LEVELS) / (LEVELS - 1)
    if settings.latest_switch > 0.0:
        return Recipe(settings.lowest_strength, 1.0, settings.latest_switch * share)
    return Recipe.constant(1.0 - (1.0 - settings.lowest_strength) * share)


@dataclass(frozen=True)
class RecipeRate:
    """What a round's pictures of one recipe are, each a mean in [0, 1].

    `copies` are those that count as copies, `asked` those in which what was asked for is recognised, and
    `carried` is how much of the style or the object they have. `good` is the mean of each picture's product
    of the last two, without copies.
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
    is_asked, carried = _recognition(weakest), _scale(full, weakest)
    is_blind = fmean(candidate.overfit for candidate in weakest) >= BLIND

    def rate(recipe: Recipe) -> RecipeRate:
        pictures = groups[recipe]
        copies = [float(candidate.overfit) for candidate in pictures]
        asked = [float(is_asked(candidate)) for candidate in pictures]
        have = [carried(candidate) for candidate in pictures]
        clean = [1.0] * len(copies) if is_blind else [1.0 - copy for copy in copies]
        good = fmean(map(lambda *parts: parts[0] * parts[1] * parts[2], clean, asked, have))
        return RecipeRate(recipe, len(pictures), fmean(copies), fmean(asked), fmean(have), good)

    return tuple(map(rate, recipes))


def best_recipe(rates: Sequence[RecipeRate]) -> Recipe:
    """Eq. G18: the recipe of most good pictures, the strongest of equal ones; as trained if none is good."""
    best = max(rates, key=lambda rate: rate.good, default=None)
    return AS_TRAINED if best is None or best.good == 0.0 else best.recipe


def _recognition(weakest: Sequence[Candidate]) -> Callable[[Candidate], bool]:
    """Eq. G14 with the weakest recipe in place of the base model.

    True where the weakest recipe's pictures are not nearer to their own prompt: nothing is known there.
    """
    margins: dict[str, list[float]] = {}
    for candidate in weakest:
        margins.setdefault(candidate.anchor_id, []).append(candidate.margin)
    shown: Mapping[str, float] = {anchor: fmean(values) for anchor, values in margins.items()}

    def is_asked(candidate: Candidate) -> bool:
        usual = shown.get(candidate.anchor_id, 0.0)
        return usual <= 0.0 or candidate.margin >= RECOGNISED * usual

    return is_asked


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
