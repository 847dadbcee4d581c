"""Draw a project again under another policy, or with what the person decided."""

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import REQUESTED
from gal_studio.core.types import Job
from gal_studio.rounds import replays
from gal_studio.rounds.recorded import last_trained
from gal_studio.rounds.replay_decisions import replay_choices
from gal_studio.state.database.versions import Version
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views.replays import Followed, ReplaysView, ReplayView, replay_view, replay_views


class ReplayVerbs(Verbs):
    """Replays are projects of their own; the project that they draw again is only read."""

    def replay(self, project_id: str, policy: str, round_id: str | None = None) -> str:
        """Draw the line of rounds to this one again, by default to the deepest trained one of all.

        `policy` is "human" for the recorded decisions, "suggestion" for the policy of the project's settings,
        or the name of a policy. Returns the ID of the replay, whose jobs are queued. The same line, decisions
        and policy twice are one replay, which goes on where it is.
        """
        replays.refuse_replay_of_replay(self.store, project_id)
        with self.store.database.transaction():
            last = round_id or last_trained(self.store.snapshots.outline(project_id))
            made = replays.start(self.store, last, policy)
            replays.enqueue_all_missing(self.store, made)
            self._wake_worker()
        return made

    def replay_through(self, round_id: str, policy: str) -> str:
        """Replay the line that goes through a round down to its deepest trained one."""
        project_id = self.store.rounds.get(round_id).project_id
        return self.replay(
            project_id, policy, last_trained(self.store.snapshots.outline(project_id), round_id)
        )

    def continue_replay(self, project_id: str) -> tuple[Job, ...]:
        """Queue what a stopped or imported replay lacks; refused if it is no replay, or lacks nothing."""
        name = self.store.projects.name(project_id)
        if self.store.replays.get(project_id) is None:
            raise StudioError(f"{name} is not a replay: choose one to continue.")
        jobs = replays.enqueue_all_missing(self.store, project_id)
        if not jobs:
            raise StudioError(f"{name} is generated and measured already.")
        self._wake_worker()
        return jobs

    def stop_replay(self, project_id: str) -> tuple[Job, ...]:
        """Stop its running job at the next step and cancel the waiting ones; what is drawn is kept."""
        jobs = [job for job in self.store.jobs.of_project(project_id) if job.state in REQUESTED]
        return tuple(self.store.jobs.request_stop(job.id) for job in jobs)

    def replays(self, project_id: str) -> tuple[ReplayView, ...]:
        """The replays of a project, the oldest first, with what each was measured to be."""
        return replay_views(self.store, project_id)

    def all_replays(self, project_id: str) -> ReplaysView:
        """The replays of a project, what others can follow, and what it draws again if it is one itself."""
        follow = tuple(Followed(name, label) for name, label in replay_choices().items())
        own = None if self.store.replays.get(project_id) is None else self.replay_view(project_id)
        return ReplaysView(follow, self.replays(project_id), own)

    def replay_versions(self, project_id: str) -> tuple[Version, ...]:
        """The versions of all projects of `all_replays`, none if there are no replays."""
        own, others = self.store.replays.get(project_id), self.store.replays.of_source(project_id)
        related = [other.project_id for other in others] + ([] if own is None else [own.source_id])
        return tuple(self.store.projects.version(one) for one in [project_id, *related] if related)

    def replay_view(self, project_id: str) -> ReplayView:
        """One replay."""
        return replay_view(self.store, project_id)
