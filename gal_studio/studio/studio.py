"""One class with a method for each thing that a user can do. No torch, no models, no Gradio."""

from gal_studio.studio.verbs.decisions import DecisionVerbs
from gal_studio.studio.verbs.files import FileVerbs
from gal_studio.studio.verbs.measures import MeasureVerbs
from gal_studio.studio.verbs.pictures import PictureVerbs
from gal_studio.studio.verbs.projects import ProjectVerbs
from gal_studio.studio.verbs.rounds import RoundVerbs
from gal_studio.studio.verbs.tree import TreeVerbs
from gal_studio.studio.verbs.work import WorkVerbs


class Studio(
    ProjectVerbs, PictureVerbs, RoundVerbs, TreeVerbs, WorkVerbs, DecisionVerbs, MeasureVerbs, FileVerbs
):
    """Everything that a user can do in a workspace."""
