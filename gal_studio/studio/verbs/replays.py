"""Projects that draw another one again; a feature makes them."""

from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.rounds.replay_decisions import replay_choices
from gal_studio.state.database.versions import Version
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views.replays import Followed, ReplaysView, ReplayView, replay_view, replay_views


class ReplayVerbs(Verbs):
    """Replays are projects of their own; the project that they draw again is only read."""

    def replays(self, project_id: str) -> tuple[ReplayView, ...]:
        """The replays of a project, the oldest first, with what each was measured to be."""
        return replay_views(self.store, project_id)

    def all_replays(self, project_id: str) -> ReplaysView:
        """The replays of a project, what others can follow, and what it draws again if it is one itself."""
        choices = replay_choices() if "replay" in JOB_KINDS else {}  # without the feature none is made
        follow = tuple(Followed(name, label) for name, label in choices.items())
        own = None if self.store.replays.get(project_id) is None else self.replay_view(project_id)
        of = own and f"This is a replay of {own.source_name}: it runs by itself, so you can compare the two."
        return ReplaysView(follow, self.replays(project_id), own, of or "")

    def replay_versions(self, project_id: str) -> tuple[Version, ...]:
        """The versions of all projects of `all_replays`, none if there are no replays."""
        own, others = self.store.replays.get(project_id), self.store.replays.of_source(project_id)
        related = [other.project_id for other in others] + ([] if own is None else [own.source_id])
        return tuple(self.store.projects.version(one) for one in [project_id, *related] if related)

    def replay_view(self, project_id: str) -> ReplayView:
        """One replay."""
        return replay_view(self.store, project_id)
