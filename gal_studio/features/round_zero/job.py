"""The references of a project, given to a model that draws a Round 0 with them."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.assets import resolve_adapter
from gal_studio.core.recipe import Recipe
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.reference_adapter import (
    attached,
    check_references,
    encode_references,
    load_adapter,
)
from gal_studio.worker.given import gives, reference_pictures
from gal_studio.worker.task import RoundTask


@gives
@contextmanager
def given(task: RoundTask, model: ImageModel, recipe: Recipe) -> Iterator[References]:
    """The references of a Round 0, within the context: its settings say by which image adapter."""
    settings = task.settings.references
    pictures = list(reference_pictures(task))
    if settings.is_native:
        check_references(model.family, model.name, is_native=True)
        yield encode_references(model, None, pictures)
        return
    name = resolve_adapter(task.models.located(settings.adapter, is_adapter=True))
    adapter = load_adapter(name, model, task.models.revisions, TowerEncoder)
    with attached(model, adapter, settings.recipe(recipe)):
        yield encode_references(model, adapter, pictures)
