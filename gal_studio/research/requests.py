"""Replays on the page: those of a project; start one, go on with it, stop it."""

from gal_studio.research import verbs
from gal_studio.research.replays.view import ReplaysView, all_replays, versions
from gal_studio.studio.views.types import FullRound
from gal_studio.ui.payloads import Id, OfProject
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("results")
REQUESTS.verbs("write", verbs.continue_replay, verbs.stop_replay)


@REQUESTS.part
def replays(context: Context, view: FullRound) -> ReplaysView:
    """The replays of the project."""
    store, project_id = context.studio.store, view.project.id
    now = versions(store, project_id)  # read first, so that they are never older than their versions
    return context.views.kept_since(now, f"replays {project_id}", lambda: all_replays(store, project_id))


@REQUESTS.write
def replay(context: Context, round: Id, policy: Id) -> OfProject:
    """Draw the line of rounds that goes through the shown round again."""
    return verbs.replay_through(context.studio, round, policy)
