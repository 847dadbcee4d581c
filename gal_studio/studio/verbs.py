"""One class, one method for each thing that a person can do. No torch, no models, no Gradio."""

from gal_studio.studio.decision_verbs import DecisionVerbs
from gal_studio.studio.file_verbs import FileVerbs
from gal_studio.studio.project_verbs import ProjectVerbs
from gal_studio.studio.round_verbs import RoundVerbs
from gal_studio.studio.work_verbs import WorkVerbs


class Studio(ProjectVerbs, RoundVerbs, WorkVerbs, DecisionVerbs, FileVerbs):
    """All verbs, by theme."""
