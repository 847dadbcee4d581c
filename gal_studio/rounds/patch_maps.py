"""The heat maps of a round's pictures: by which vision model, by which references, and which are there."""

from gal_studio.core.references import Prompts
from gal_studio.core.settings import Settings
from gal_studio.core.types import Reference
from gal_studio.state.store import Store
from gal_studio.state.tables.refinements import Foreground


def vision_model(settings: Settings) -> str:
    """The vision model for the pictures of a round; older projects use their CLIP."""
    return settings.refine.vision_model or "clip"


def mask_of_reference(reference: Reference, found: Foreground | None) -> str | None:
    """A reference's foreground mask: painted, else the one that was found; None if all of it counts."""
    return reference.mask or (found.mask if found else None)


def judged_by_subject(prompts: Prompts) -> bool:
    """Whether the project has several subjects, so that its candidates are judged for each of them."""
    return len(prompts.subjects) > 1


def judged_candidates(store: Store, round_id: str, settings: Settings, prompts: Prompts) -> frozenset[str]:
    """The candidates of a round that have heat maps."""
    by_subject = judged_by_subject(prompts)
    return store.refinements.judged_candidates(round_id, vision_model(settings), by_subject)
