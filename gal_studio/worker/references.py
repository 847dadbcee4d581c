"""The references of a project, given to a model that draws with them."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.core.settings import NATIVE
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.reference_adapter import (
    attached,
    check_references,
    encode_references,
    load_adapter,
)
from gal_studio.worker.task import Task


@contextmanager
def given_references(task: Task, model: ImageModel) -> Iterator[References | None]:
    """The references that a round's pictures are drawn with, within the context; None if it is trained.

    The round's settings say by which image adapter, and how strongly.
    """
    if task.round.kind != "instant":
        yield None
        return
    settings = task.settings.references
    store = task.store
    pictures = [store.images.picture(one.image) for one in store.projects.references(task.project.id)]
    if settings.adapter.strip() == NATIVE:
        check_references(model.family, model.name, is_native=True)
        yield encode_references(model, None, pictures)
        return
    adapter = load_adapter(settings.adapter.strip(), model, task.models.revisions)
    with attached(model, adapter, settings.strength):
        yield encode_references(model, adapter, pictures)
