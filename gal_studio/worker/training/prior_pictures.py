"""The prior pictures of a training (Eq. G9): the user's own, or drawn once by the base model."""

import logging
from collections.abc import Generator
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.prior import known_styles
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.rounds.prior import PriorPrompt, prior_seed
from gal_studio.worker.task import Progress
from gal_studio.worker.training.training_run import TrainingTask

ATTEMPTS = 3
"""Seeds that are tried for a picture that comes out blank."""

logger = logging.getLogger("gal_studio.worker")


@dataclass(frozen=True)
class _Missing:
    """A prior picture to draw: of which prompt, and its place among the pictures of that prompt."""

    wanted: PriorPrompt
    place: int


def prior_pictures(
    task: TrainingTask, model: ImageModel
) -> Generator[Progress, None, tuple[ExamplePicture, ...]]:
    """Load the prior pictures (Eq. G9), after drawing those that the store does not have."""
    if task.given_prior:
        return tuple(_given(task, prompt, image) for prompt, image in task.given_prior)
    notice = _notice(task)
    if notice:
        logger.warning("round %s: %s", task.round.id, notice)
        yield Progress("class_images", 0, 0, notice)
    for attempt in range(ATTEMPTS):
        missing = _missing(task)
        if missing:
            yield from _draw(task, model, missing, attempt)
    left_out = sorted({each.wanted.prompt for each in _missing(task)})
    if left_out:
        logger.warning("round %s: only blank regularization images of %s: left out", task.round.id, left_out)
    pictures = [(each.prompt, image) for each in task.drawn_prior for image in _kept(task, each)]
    if task.drawn_prior and not pictures:
        raise StudioError(
            "The base model generates only blank regularization images: choose other styles, give your "
            "own, or set Regularization images to 0."
        )
    return tuple(ExamplePicture(task.store.images.picture(image), prompt) for prompt, image in pictures)


def _given(task: TrainingTask, prompt: str, image: str) -> ExamplePicture:
    if not task.store.images.has(image):
        raise StudioError(
            f"The regularization image of {prompt!r} is missing from the workspace: copy its file back, or "
            "start the project again with the image."
        )
    return ExamplePicture(task.store.images.picture(image), prompt)


def _notice(task: TrainingTask) -> str:
    """A sentence where the words of the project's style are among those that the model knows."""
    tune, name = task.settings.tune, task.prompts.name
    if not tune.prior_images or not task.prompts.taught.is_known(task.prompts, tune.prior_styles):
        return ""
    others = known_styles(name, tune.prior_styles)
    rest = (
        "is left out of the regularization images"
        if others
        else "leaves no other style for regularization images"
    )
    return (
        f"The base model already knows {name!r}, so this style {rest}, and its words will change their "
        "meaning: use other words to keep both."
    )


def _kept(task: TrainingTask, wanted: PriorPrompt) -> list[str]:
    """The stored pictures of a prompt, in order, up to the first whose file is missing."""
    kept: list[str] = []
    drawn, _ = task.store.projects.prior_images(task.project.id)
    for image in drawn.get(wanted.key, ())[: wanted.count]:
        if not task.store.images.has(image):
            break
        kept.append(image)
    return kept


def _missing(task: TrainingTask) -> list[_Missing]:
    return [
        _Missing(each, place)
        for each in task.drawn_prior
        for place in range(len(_kept(task, each)), each.count)
    ]


def _draw(
    task: TrainingTask, model: ImageModel, missing: list[_Missing], attempt: int
) -> Generator[Progress, None, None]:
    """Draw and store pictures with the base model; blank ones are not stored."""
    total = sum(each.count for each in task.drawn_prior)
    requests = [
        DrawRequest(each.wanted.prompt, prior_seed(task.project, each.wanted.prompt, each.place, attempt))
        for each in missing
    ]
    with drawing(model) as ready:
        for event in draw(ready, requests, task.store.rounds.get(task.round.id).prior_drawing):
            if isinstance(event, DrawnBatch):
                drawn = missing[event.first : event.first + len(event.images)]
                for each, picture, remark in zip(drawn, event.images, event.remarks, strict=True):
                    image = task.store.images.add_picture(picture)
                    if remark != "flat" and image not in _kept(task, each.wanted):  # not after a resumption
                        _keep(task, each, image)
            done = total - len(_missing(task))
            yield Progress("class_images", done, total, "Generating images that keep what the model knows")


def _keep(task: TrainingTask, each: _Missing, image: str) -> None:
    """Store a picture behind those of its prompt that are there; a blank one leaves no gap."""
    place = len(_kept(task, each.wanted))
    task.store.projects.add_class_image(task.project.id, each.wanted.key, place, image)
