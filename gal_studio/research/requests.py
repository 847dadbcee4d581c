"""Replays on the page: start one, go on with it, stop it."""

from gal_studio.research import verbs
from gal_studio.ui.payloads import Id, OfProject
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("results")
REQUESTS.verbs("write", verbs.continue_replay, verbs.stop_replay)


@REQUESTS.write
def replay(context: Context, round: Id, policy: Id) -> OfProject:
    """Draw the line of rounds that goes through the shown round again."""
    return verbs.replay_through(context.studio, round, policy)
