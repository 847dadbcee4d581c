"""The verbs of the studio: the page and the command line call the same ones."""

from gal_studio.studio.creating import DEFAULT_PRESET, Picture, ProjectDraft, demo_draft
from gal_studio.studio.verbs import Studio

__all__ = ["DEFAULT_PRESET", "Picture", "ProjectDraft", "Studio", "demo_draft"]
