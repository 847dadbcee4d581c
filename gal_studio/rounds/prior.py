"""The prior pictures of a round (Eq. G9): the user's own, or what the base model is to draw."""

from collections import Counter
from dataclasses import dataclass, replace

from gal_studio.core.prior import prior_prompts
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import Settings
from gal_studio.state.store import Store
from gal_studio.state.tables.projects import Project


@dataclass(frozen=True)
class PriorPrompt:
    """`count` prior pictures of a prompt, which the base model draws; the store keeps them under `key`."""

    prompt: str
    key: str
    count: int


def given_prior(store: Store, round_id: str) -> tuple[tuple[str, str], ...]:
    """The user's own prior pictures, (prompt, image); they stand in for drawn ones."""
    return store.projects.given_prior(store.rounds.get(round_id).project_id)


def drawn_prior(store: Store, round_id: str) -> tuple[PriorPrompt, ...]:
    """What the base model draws for the prior term of Eq. G9; rounds with the same keys share the pictures.

    For objects `prior_images` of each class; for a style as many of the anchors in other styles. Once drawn,
    those of a style stay, whatever anchors are added later. Empty without the prior term, and with pictures
    of the user's own.
    """
    project = store.projects.get(store.rounds.get(round_id).project_id)
    settings = replace(store.rounds.settings(round_id), generation=store.rounds.prior_drawing(round_id))
    if not settings.tune.prior_images or store.projects.given_prior(project.id):
        return ()
    wanted = _prompts(store, project, settings)
    return tuple(
        PriorPrompt(prompt, _key(project, prompt, settings), count) for prompt, count in wanted.items()
    )


def _prompts(store: Store, project: Project, settings: Settings) -> Counter[str]:
    prompts, count = store.projects.prompts(project.id), settings.tune.prior_images
    if project.kind == "object":
        return Counter({prompt: count for prompt in prompts.class_prompts})
    anchors = [anchor.prompt for anchor in store.projects.anchors(project.id)]
    sets = [
        Counter(prior_prompts(anchors[:first], prompts.name, settings.tune.prior_styles, count))
        for first in range(min(len(anchors), count), 0, -1)
    ]
    drawn = (wanted for wanted in sets if _is_drawn(store, project, wanted, settings))
    return next(drawn, sets[0] if sets else Counter())


def _is_drawn(store: Store, project: Project, wanted: Counter[str], settings: Settings) -> bool:
    return all(
        len(store.projects.class_images(project.id, _key(project, prompt, settings))) >= count
        for prompt, count in wanted.items()
    )


def _key(project: Project, prompt: str, settings: Settings) -> str:
    drawing = settings.generation
    side = f" / {drawing.resolution} pixels" if drawing.resolution else ""
    return f"{project.base_model} / {prompt} / {drawing.steps} steps / {drawing.guidance_scale}{side}"


def prior_seed(project: Project, prompt: str, place: int, attempt: int = 0) -> int:
    """The seed of a prior picture; another attempt replaces a blank picture."""
    names: tuple[str | int, ...] = ("class image", place)
    if project.kind == "style":  # many prompts with one picture each
        names = ("prior", prompt, place)
    return named_seed(project.seed, *names, *([attempt] if attempt else []))


def prior_parts(store: Store, round_id: str) -> list[object]:
    """What a training's fingerprint says of its prior pictures; empty without any."""
    given = given_prior(store, round_id)
    if given:
        return [[list(each) for each in given]]
    project = store.projects.get(store.rounds.get(round_id).project_id)
    drawn = drawn_prior(store, round_id)
    if project.kind == "object":  # as in earlier versions
        return [sorted(each.key for each in drawn)] if drawn else []
    return [sorted([each.key, each.count] for each in drawn)] if drawn else []
