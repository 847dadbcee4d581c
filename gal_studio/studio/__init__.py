"""What users can do, as methods of one class that the page and the command line share."""

from gal_studio.core import features
from gal_studio.studio.create.project import DEFAULT_PRESET, ProjectDraft, demo_draft
from gal_studio.studio.create.references import Picture, ReferenceDraft
from gal_studio.studio.studio import Studio

features.modules("verbs")  # each function that is a verb becomes a method

__all__ = ["DEFAULT_PRESET", "Picture", "ProjectDraft", "ReferenceDraft", "Studio", "demo_draft"]
