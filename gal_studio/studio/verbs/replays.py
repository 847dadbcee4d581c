"""Draw a project again under another policy, or with what the person decided."""

from gal_studio.core.types import Job
from gal_studio.studio.requests import replays as requests
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views.replays import ReplayView, replay_view, replay_views


class ReplayVerbs(Verbs):
    """Replays are projects of their own; the project that they draw again is only read."""

    def replay(self, project_id: str, policy: str, round_id: str | None = None) -> str:
        """Draw the line of rounds to this one again, by default to the deepest trained one.

        `policy` is "human" for the recorded decisions, "suggestion" for the policy of the project's settings,
        or the name of a policy. Returns the ID of the replay, whose jobs are queued. The same line, decisions
        and policy twice are one replay, which goes on where it is.
        """
        return self._woken(requests.ask_replay(self.store, project_id, policy, round_id))

    def continue_replay(self, project_id: str) -> tuple[Job, ...]:
        """Queue what a stopped or imported replay lacks."""
        return self._woken(requests.ask_to_go_on(self.store, project_id))

    def stop_replay(self, project_id: str) -> tuple[Job, ...]:
        """Stop a replay; what is drawn is kept."""
        return requests.stop_replay(self.store, project_id)

    def replays(self, project_id: str) -> tuple[ReplayView, ...]:
        """The replays of a project, the oldest first, with what each was measured to be."""
        return replay_views(self.store, project_id)

    def replay_view(self, project_id: str) -> ReplayView:
        """One replay."""
        return replay_view(self.store, project_id)
