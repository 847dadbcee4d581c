"""The first round as a teacher of later ones: with which LoRA and strength, if at all (Eq. G24)."""

from dataclasses import astuple, dataclass

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.recipe_rates import recipe_rates
from gal_studio.core.gal.standard import KEPT_ENOUGH
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import COPY_FROM
from gal_studio.rounds.inputs import TrainingInputs
from gal_studio.rounds.lineage import Has


@dataclass(frozen=True)
class FirstRound:
    """The LoRA of a first round, by its hash, and its strength over so many steps."""

    number: int
    adapter: str
    recipe: Recipe
    steps: Denoising

    @property
    def words(self) -> str:
        """Which round, and how strongly."""
        return f"round {self.number} ({self.recipe.brief})"

    @property
    def parts(self) -> list[object]:
        """What a training depends on; of a constant strength not the steps."""
        when = () if self.recipe.is_constant else astuple(self.steps)
        return [self.adapter, *astuple(self.recipe), *when]


def teacher_of(inputs: TrainingInputs) -> FirstRound | None:
    """What teaches the look in the training of a round (Eq. G24); None where nothing does.

    A first round without a LoRA of its own does not, nor one whose best schedule draws copies for the most
    part, or hardly the style or object.
    """
    here = inputs.here
    tune, first = here.settings.tune, (here.refined or here).first
    if not tune.may_be_taught or first is None or first.is_full or first.round.adapter is None:
        return None
    if (here.variant.refines and not here.settings.refine.mix) or all(
        example.is_reference for example in inputs.examples
    ):
        return None
    recipe = Recipe.constant(tune.teacher_strength) if tune.teacher_strength else clean_and_whole(first)
    if recipe is None:
        return None
    return FirstRound(first.round.number, first.round.adapter, recipe, first.settings.generation.denoising)


def clean_and_whole(first: RoundSnapshot) -> Recipe | None:
    """The best schedule of a round (Eq. G18), if its images are no copies and have the style or object, each
    for the most part.
    """
    rate = next((each for each in recipe_rates(first.candidates) if each.recipe == first.best_recipe), None)
    if rate is None or rate.copies is None or rate.carried is None:
        return None
    return rate.recipe if rate.copies < COPY_FROM and rate.carried >= KEPT_ENOUGH else None


def check_teacher(teacher: FirstRound | None, has: Has) -> None:
    """Refuse a training whose teacher's LoRA is missing from the workspace."""
    if teacher is not None and not has(teacher.adapter):
        raise StudioError(
            f"The LoRA of round {teacher.number}, which teaches this round, is missing: train it again, or "
            "set “Share taught by the first round” to 0."
        )
