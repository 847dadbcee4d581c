"""The recipes over which the candidates of an anchor are spread (Eq. G13)."""

from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import GenerationSettings, Settings
from gal_studio.core.types import RoundKind

LEVELS = 5


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


def recipe_words(kind: RoundKind, settings: Settings, recipe: Recipe) -> str:
    """How strongly the LoRA drew a picture of a round, or in an instant one its references, in words.

    Empty for a LoRA as trained.
    """
    return settings.references.recipe_words(recipe) if kind == "instant" else recipe.words
