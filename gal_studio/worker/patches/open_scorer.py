"""Open a vision model as a scorer, with its own limits or with limits measured for the project."""

from collections.abc import Sequence

from PIL import Image

from gal_studio.assets import demo
from gal_studio.core.records.project import Project
from gal_studio.core.seeds import generator
from gal_studio.engine.patches.calibration import measure_limits
from gal_studio.state import Store
from gal_studio.worker.models import Models
from gal_studio.worker.patches.patch_scorer import PatchScorer

COMPARED = 32  # pictures that the limits are measured on; references are repeated


def open_scorer(store: Store, models: Models, project: Project, name: str) -> PatchScorer:
    """Open the vision model of this name with its limits (Eq. P6), which are fixed for each project."""
    tower = models.vision(name, project.clip_model)
    if tower.limits is not None:
        return PatchScorer(store, tower, tower.limits, name)
    known = store.refinements.limits(project.id, name)
    if known is None:
        pictures = [
            store.images.picture(reference.image) for reference in store.projects.references(project.id)
        ]
        rng = generator(project.seed, "vision limits", name)
        often = pictures * -(-COMPARED // len(pictures))  # each time with another picture, in another view
        measured = measure_limits(tower, often, _other_subjects(pictures), rng)
        store.refinements.set_limits(project.id, name, measured)
        known = measured
    return PatchScorer(store, tower, known, name)


def _other_subjects(own: Sequence[Image.Image]) -> list[Image.Image]:
    """Pictures of other subjects: those of the demo, unless the project uses them as references."""
    taken = {picture.tobytes() for picture in own}
    bundled = []
    for path in (*demo("style").images, *demo("object").images):
        with Image.open(path) as picture:
            bundled.append(picture.convert("RGB"))
    return [picture for picture in bundled if picture.tobytes() not in taken]
