"""The strength schedule and the seed of each candidate of an anchor (Eq. G13)."""

from gal_studio.core.gal.ladder import noise_of, rung_of
from gal_studio.core.recipe import Recipe
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import Settings
from gal_studio.core.variants.variant import Variant

LEVELS = 5


def on_ladder(settings: Settings) -> bool:
    """Whether candidates are drawn over the ladder of schedules; a whole denoiser has no strength."""
    return settings.generation.allocation == "ladder" and settings.tune.method != "full"


def candidate_recipe(settings: Settings, index: int) -> Recipe:
    """Eq. G13: a rung of the ladder, or from the LoRA as trained to the weakest recipe in five even steps.

    Of the latter, with a latest switch, candidates begin at the lowest strength and have the full one from a
    switch on that moves from the first step to the latest. Without one, their strength is constant and falls
    from 1 to the lowest. The recipe depends on the candidate's index alone, so that an anchor's further
    candidates change none.
    """
    if on_ladder(settings):
        return rung_of(index)
    drawing, share = settings.generation, (index % LEVELS) / (LEVELS - 1)
    if drawing.latest_switch > 0.0:
        return Recipe(drawing.lowest_strength, 1.0, drawing.latest_switch * share)
    return Recipe.constant(1.0 - (1.0 - drawing.lowest_strength) * share)


def drawing_seed(
    settings: Settings, project_seed: int, prompt: str, index: int, *, instant: bool = False
) -> int:
    """The seed of a candidate: on the ladder one for all rungs, otherwise one for each candidate.

    An instant round has no rungs, whatever its settings: with one seed its candidates would be equal.
    """
    seeds = noise_of(index) if on_ladder(settings) and not instant else index
    return candidate_seed(project_seed, prompt, seeds)


def recipe_words(variant: Variant, settings: Settings, recipe: Recipe) -> str:
    """How strongly the LoRA drew a picture of a round, or in an instant one its references, in words.

    Empty for a LoRA as trained.
    """
    return settings.references.recipe_words(recipe) if variant.with_references else recipe.words
