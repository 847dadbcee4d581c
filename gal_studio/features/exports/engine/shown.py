"""The pictures that an exported round's card shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.features.exports.engine.task import ExportTask
from gal_studio.rounds import lineage

MOST = 6
FOLDER = "pictures"
BY_RECIPE = f"{FOLDER}/recipe.png"


@dataclass(frozen=True)
class CardPicture:
    """A picture below the exported folder: its path, its prompt and seed, and the recipe that drew it."""

    path: str
    prompt: str
    seed: int
    recipe: Recipe = AS_TRAINED


@dataclass(frozen=True)
class _CardImage:
    image: Image.Image
    prompt: str
    seed: int
    recipe: Recipe = AS_TRAINED


def save_by_recipe(task: ExportTask, drawn: Image.Image, out: Path) -> CardPicture:
    """Save the picture of the first checked prompt that the round's best recipe draws."""
    (out / FOLDER).mkdir(exist_ok=True)
    drawn.save(out / BY_RECIPE)
    first = task.requests[0]
    return CardPicture(BY_RECIPE, first.prompt, first.seed, task.recipe)


def save_shown(task: ExportTask, drawn: Sequence[Image.Image], out: Path) -> list[CardPicture]:
    """Save the pictures that were drawn for the check, then accepted ones, then one of each other prompt."""
    (out / FOLDER).mkdir(exist_ok=True)
    asked = task.requests
    pictures = [
        _CardImage(image, request.prompt, request.seed) for image, request in zip(drawn, asked, strict=True)
    ]
    pictures += _candidates(task, {request.prompt for request in asked})
    shown = []
    for number, one in enumerate(pictures[:MOST], start=1):
        path = f"{FOLDER}/{number:02d}.png"
        one.image.save(out / path)
        shown.append(CardPicture(path, one.prompt, one.seed, one.recipe))
    return shown


def _candidates(task: ExportTask, known: set[str]) -> list[_CardImage]:
    store = task.store
    here = store.snapshots.round(task.round.id)
    found: list[_CardImage] = []
    for candidate in (*lineage.accepted_candidates(here), *here.candidates):
        prompt = here.project.prompts[candidate.anchor_id]
        if prompt not in known and store.images.has(candidate.image) and len(found) < MOST:
            known.add(prompt)
            image = store.images.picture(candidate.image)
            found.append(_CardImage(image, prompt, candidate.seed, candidate.recipe))
    return found
