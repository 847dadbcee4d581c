"""What is done with projects: made, named, set, given anchors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gal_studio.assets import Preset, load_presets
from gal_studio.core.naming import check_name, unique_name
from gal_studio.core.settings import Settings
from gal_studio.core.types import Author, Kind
from gal_studio.studio.create import anchors, project
from gal_studio.studio.create.project import ProjectDraft, demo_draft
from gal_studio.studio.create.references import Mask, Picture, check_reference
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import round
from gal_studio.studio.views.types import ProjectView
from gal_studio.workspace import delete


class ProjectVerbs(Verbs):
    """Projects and their settings."""

    def presets(self) -> tuple[Preset, ...]:
        """The base models on offer, with the settings that suit them."""
        return load_presets()

    def check_picture(self, picture: Picture, mask: Mask | None = None) -> tuple[str, ...]:
        """Check a reference; the answer notes what would be changed on storing it."""
        return check_reference(picture, mask)

    def create_project(self, draft: ProjectDraft) -> str:
        """Make a project and its first round; the project's id. The same origin twice is one project."""
        return project.create_project(self.store, draft)

    def create_demo(
        self,
        kind: Kind,
        seed: int = 0,
        changes: Mapping[str, Any] | None = None,
        origin: str | None = None,
    ) -> str:
        """Make a project from the bundled references; the project's id. The same origin is one project."""
        return self.create_project(replace(demo_draft(kind), seed=seed, changes=changes or {}, origin=origin))

    def projects(self) -> tuple[ProjectView, ...]:
        """Every project of the workspace, the newest first."""
        return tuple(self.project(project.id) for project in self.store.projects.all())

    def project(self, project_id: str) -> ProjectView:
        """One project with its references and anchors."""
        return round.project_view(self.store, project_id)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name; one that another project has is counted: "Tea (2)"."""
        others = {project.name for project in self.store.projects.all() if project.id != project_id}
        self.store.projects.rename(project_id, unique_name(check_name(name), others))

    def put_away(self, project_id: str) -> None:
        """Take a project off the list without losing anything; refused while its work waits or runs."""
        self.store.jobs.reap()
        delete.refuse_while_at_work(self.store, project_id)
        self.store.projects.set_archived(project_id, True)

    def bring_back(self, project_id: str) -> None:
        """Put a project that was put away on the list again."""
        self.store.projects.set_archived(self.project(project_id).id, False)

    def project_size(self, project_id: str) -> int:
        """The bytes of all files that the project names."""
        return delete.size(self.store, project_id)

    def delete(self, project_id: str) -> int:
        """Delete a project that was put away, for good; the bytes of the disk that are free again."""
        self.store.jobs.reap()
        return delete.delete_project(self.store, project_id)

    def change_settings(
        self, project_id: str, changes: Mapping[str, Any], author: Author = "human"
    ) -> Settings:
        """Lay changes over the settings, as they are made. Suggestion and weight change at once in rounds
        that nothing was trained on yet; the rest counts for the next training or drawing.
        """
        with self.store.database.transaction():
            settings = self.store.projects.get(project_id).settings.updated(changes)
            enabled = [anchor for anchor in self.store.projects.anchors(project_id) if anchor.enabled]
            project.check_settings(settings, len(enabled))
            self.store.projects.set_settings(project_id, settings, author)
            for round_ in self.store.rounds.of_project(project_id):
                if not self.store.rounds.children(round_.id):
                    present = self.store.rounds.settings(round_.id)
                    self.store.rounds.set_settings(round_.id, replace(present, gal=settings.gal))
        return settings

    def add_anchors(self, project_id: str, templates: Sequence[str], only: bool = False) -> None:
        """Add anchors, with `{}` or the subject's own words; `only` switches all others off."""
        anchors.add_anchors(self.store, project_id, templates, only)

    def enable_anchor(self, anchor_id: str, enabled: bool) -> None:
        """Switch an anchor on or off for the rounds to come."""
        anchors.enable_anchor(self.store, anchor_id, enabled)
