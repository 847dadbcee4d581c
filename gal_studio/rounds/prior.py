"""The prior pictures of a round (Eq. G9): the user's own, or what the base model is to draw."""

from collections import Counter
from dataclasses import dataclass, replace

from gal_studio.core.records.project import Project
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import Settings
from gal_studio.rounds.inputs import TrainingInputs


@dataclass(frozen=True)
class PriorPrompt:
    """`count` prior pictures of a prompt, which the base model draws; the store keeps them under `key`."""

    prompt: str
    key: str
    count: int


def drawn_prior(inputs: TrainingInputs) -> tuple[PriorPrompt, ...]:
    """What the base model draws for the prior term of Eq. G9; rounds with the same keys share the pictures.

    For objects `prior_images` of each class; for a style as many of the anchors in other styles. Once drawn,
    those of a style stay, whatever anchors are added later. Empty without the prior term, and with pictures
    of the user's own, which stand in for drawn ones.
    """
    here = inputs.here
    settings = replace(here.settings, generation=here.round.prior_drawing)
    if not settings.tune.prior_images or inputs.given_prior:
        return ()
    wanted, project = _prompts(inputs, settings), here.project.project
    return tuple(
        PriorPrompt(prompt, _key(project, prompt, settings), count) for prompt, count in wanted.items()
    )


def _prompts(inputs: TrainingInputs, settings: Settings) -> Counter[str]:
    project = inputs.here.project
    anchors = [anchor.prompt for anchor in project.anchors]
    sets = project.project.taught.prior_sets(anchors, inputs.prompts, settings.tune)
    drawn = (wanted for wanted in sets if _is_drawn(inputs, wanted, settings))
    return next(drawn, sets[0] if sets else Counter())


def _is_drawn(inputs: TrainingInputs, wanted: Counter[str], settings: Settings) -> bool:
    project = inputs.here.project.project
    return all(
        len(inputs.prior.get(_key(project, prompt, settings), ())) >= count
        for prompt, count in wanted.items()
    )


def _key(project: Project, prompt: str, settings: Settings) -> str:
    drawing = settings.generation
    side = f" / {drawing.resolution} pixels" if drawing.resolution else ""
    steps = f"{drawing.steps} steps{drawing.sigma_words}"
    how = f"{steps} / {drawing.guidance_scale}{side}"
    return f"{project.base_model} / {prompt} / {how}"


def prior_seed(project: Project, prompt: str, place: int, attempt: int = 0) -> int:
    """The seed of a prior picture; another attempt replaces a blank picture."""
    names = project.taught.prior_seed(prompt, place)
    return named_seed(project.seed, *names, *([attempt] if attempt else []))


def prior_parts(inputs: TrainingInputs) -> list[object]:
    """What a training's fingerprint says of its prior pictures; empty without any."""
    if inputs.given_prior:
        return [[list(each) for each in inputs.given_prior]]
    part = inputs.here.project.project.taught.prior_part
    drawn = [part(each.key, each.count) for each in drawn_prior(inputs)]
    return [sorted(drawn)] if drawn else []
