"""What a round without a LoRA is generated with: the references, which a feature gives to the model."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from PIL import Image

from gal_studio.core import features
from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask
from gal_studio.engine.sampling.given_pictures import on_white
from gal_studio.state.hooks import why_not_generated
from gal_studio.worker.task import RoundTask

Give = Callable[[RoundTask, ImageModel, Recipe], AbstractContextManager[References]]
_GIVERS: list[Give] = []


def gives(give: Give) -> Give:
    """Let a function of a feature give the references to a model."""
    _GIVERS.append(give)
    return give


@contextmanager
def given_references(
    task: RoundTask, model: ImageModel, recipe: Recipe = AS_TRAINED
) -> Iterator[References | None]:
    """The references that a round's pictures are drawn with, within the context; None if it is trained.

    The round's settings say how strongly; `recipe` multiplies that.
    """
    if not task.round.variant.with_references:
        yield None
        return
    if why := why_not_generated(task.round):
        raise StudioError(why)
    features.modules("job")  # one of them gives them
    with _GIVERS[0](task, model, recipe) as references:
        yield references


def reference_pictures(task: RoundTask) -> Iterator[Image.Image]:
    """The references, as the settings want them: whole, or their subjects alone on white."""
    for one in task.store.projects.references(task.project.id):
        picture = task.store.images.picture(one.image)
        if task.settings.references.subject_alone:
            with suppress(NoForegroundError):  # a picture without a subject is given whole
                mask = task.store.images.picture(one.mask) if one.mask else foreground_mask(picture)
                picture = on_white(picture, mask)
        yield picture
