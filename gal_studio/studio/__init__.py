"""The verbs of the studio: the page and the command line call the same ones."""

from gal_studio.studio.creating import DEFAULT_PRESET, ProjectDraft, demo_draft
from gal_studio.studio.references import Picture, ReferenceDraft
from gal_studio.studio.verbs import Studio

__all__ = ["DEFAULT_PRESET", "Picture", "ProjectDraft", "ReferenceDraft", "Studio", "demo_draft"]
