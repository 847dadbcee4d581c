"""Create, rename, archive and delete projects; change their settings and anchors; look at their pictures."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.assets import demo
from gal_studio.core.entered import about_entered
from gal_studio.core.jobs.kinds import DOWNLOAD
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.core.naming import check_name, unique_name
from gal_studio.core.records.project import ProjectView
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Author, Kind
from gal_studio.rounds.local_models import LocalModel, used_models
from gal_studio.state.files.own_presets import OwnPreset
from gal_studio.state.images.read import read_picture
from gal_studio.state.tables.reconstructions import SUBJECT, Reconstruction
from gal_studio.studio.create import anchors, project
from gal_studio.studio.create.looks import edition, said_of
from gal_studio.studio.create.project import ProjectDraft, absolute_base_model, demo_draft
from gal_studio.studio.create.references import Picture
from gal_studio.studio.locate import Located, locate
from gal_studio.studio.verbs.base import Verbs, by_hand
from gal_studio.studio.views import broken, round
from gal_studio.studio.views.broken import BrokenProject
from gal_studio.workspace import delete

KEPT_SECONDS = 7 * 24 * 3600.0
"""How long it is kept how a model sees a picture that no project uses."""


class ProjectVerbs(Verbs):
    """Projects and their settings."""

    def own_presets(self) -> tuple[OwnPreset, ...]:
        """The presets that were saved in this workspace."""
        return self.store.own_presets.all()

    def save_preset(self, preset: OwnPreset) -> tuple[OwnPreset, ...]:
        """Save a model with typed settings as a preset, in the place of one of that name; returns all."""
        return self.store.own_presets.save(preset)

    def remove_preset(self, name: str) -> tuple[OwnPreset, ...]:
        """Remove a saved preset; returns the others. Projects that were made with it stay."""
        return self.store.own_presets.remove(name)

    def reconstruct(self, picture: Picture, base_model: str) -> Reconstruction:
        """Request how the autoencoder of a model gives a picture back; the answer, if there is one already.

        A worker looks as soon as it has no other work. A model that is not on this machine is not downloaded.
        """
        name = absolute_base_model(base_model.strip())
        return self._asked(picture, name, edition(name))

    def find_subject(self, picture: Picture) -> Reconstruction:
        """Request the mask of a picture's subject; an answer has it as its `seen_image`."""
        return self._asked(picture, SUBJECT, "")

    def _asked(self, picture: Picture, name: str, edition: str) -> Reconstruction:
        image = self.store.images.add_picture(read_picture(picture)[0])
        delete.forget_unused_reconstructions(self.store, time.time() - KEPT_SECONDS)
        known = self.store.reconstructions.ask(image, name, edition)
        if known.answered is None:
            self._wake_worker()
        return known

    def reconstruction(self, image: str, base_model: str) -> Reconstruction | None:
        """What was requested of a stored picture and a model, and its answer."""
        return self.store.reconstructions.get(image, absolute_base_model(base_model.strip()))

    def create_project(self, draft: ProjectDraft) -> str:
        """Create a project and its first round; returns its ID. The same origin twice is one project.

        The download of models that are not on this computer is queued.
        """
        found: list[ModelReports] = []

        def convert(asked: LoraStart, out: Path) -> None:
            commits = dict(found[-1].pins) if found else {}
            self._convert_lora(replace(asked, commits=commits), out)

        def check(names: ModelNames) -> None:
            if self.models is not None:
                found.append(self.models.check(names))
                found[-1].check()

        project_id = project.create_project(self.store, draft, check, convert)
        self._tell_each(draft.left_out)
        if self.tell is not None:
            self._tell_each(said_of(draft.given))
        for reports in found:
            self._fetch_models(project_id, reports)
        return project_id

    def _fetch_models(self, project_id: str, reports: ModelReports) -> None:
        """Pin a new project to the commits that were looked up, and queue the download of what is missing."""
        pins = self.store.projects.revisions(project_id)
        for name, commit in reports.pins.items():
            pins.setdefault(name, commit)
        if reports.missing:
            first = self.store.rounds.of_project(project_id)[0]
            self._queue(first, DOWNLOAD)

    def create_demo(self, kind: Kind, origin: str | None = None) -> str:
        """Create a project from the bundled references; see `create_project`."""
        return self.create_project(replace(demo_draft(kind), origin=origin))

    def demo_project(self, kind: Kind) -> str | None:
        """The newest project with the demo's name and prompts that is not archived."""
        bundled, projects = demo(kind), self.store.projects
        archived = projects.archived()
        for project_id, name in projects.names().items():
            prompts = tuple(reference.prompt for reference in projects.references(project_id))
            if (name, prompts) == (bundled.name, tuple(bundled.prompts)) and project_id not in archived:
                return project_id
        return None

    def projects(self) -> tuple[ProjectView, ...]:
        """All projects of the workspace that can be shown, the newest first."""
        return broken.shown_projects(self.store)[0]

    def broken_projects(self) -> tuple[BrokenProject, ...]:
        """The projects that cannot be shown, the newest first; they can be exported, archived and deleted."""
        return broken.shown_projects(self.store)[1]

    def project(self, project_id: str) -> ProjectView:
        """One project with its references and anchors."""
        return round.project_of(self.store, project_id)

    def rename(self, project_id: str, name: str) -> str:
        """Rename a project; a name that is taken gets a number, as in "Tea (2)". Returns the name."""
        others = {taken for other, taken in self.store.projects.names().items() if other != project_id}
        named = unique_name(check_name(name), others)
        self.store.projects.rename(project_id, named)
        return named

    def archive(self, project_id: str) -> None:
        """Take a project off the list; nothing is deleted. Refused while its jobs wait or run."""
        self.store.jobs.reap()
        delete.refuse_while_at_work(self.store, project_id)
        self.store.projects.set_archived(project_id, True)

    def restore(self, project_id: str) -> None:
        """Put an archived project back on the list."""
        self.store.projects.name(project_id)  # refuses an unknown one
        self.store.projects.set_archived(project_id, False)

    def project_size(self, project_id: str) -> int:
        """The size of all files of the project, in bytes."""
        return delete.size(self.store, project_id)

    def delete(self, project_id: str) -> int:
        """Delete an archived project permanently; returns the freed bytes."""
        self.store.jobs.reap()
        return delete.delete_project(self.store, project_id)

    @by_hand("projects")
    def change_settings(
        self, project_id: str, changes: Mapping[str, Any], author: Author = "human"
    ) -> Settings:
        """Change some settings of a project.

        Suggestions and their weight change at once in rounds that no later round was trained on; all other
        settings apply from the next training or drawing.
        """
        with self.store.database.transaction():
            changed = self.store.projects.get(project_id)
            settings = changed.settings.updated(changes)
            enabled = [anchor for anchor in self.store.projects.anchors(project_id) if anchor.enabled]
            project.check_settings(settings, len(enabled))
            project.check_crop(settings, changed.base_model)
            self.store.projects.set_settings(project_id, settings, author)
            for here in self.store.snapshots.outline(project_id).rounds:
                if not any(map(self._is_begun, here.children)):
                    present = replace(here.settings, gal=here.wanted_settings.gal)
                    self.store.rounds.set_settings(here.id, present)
        return settings

    def _is_begun(self, here: RoundSnapshot) -> bool:
        """Whether a round shows, has work waiting, or has something of it left; if not, ✕ put it away."""
        return bool(
            not here.round.archived
            or here.round.adapter
            or here.children
            or any(
                job.round_id == here.id and job.state in ACTIVE
                for job in self.store.jobs.of_project(here.round.project_id)
            )
        )

    def locate_model(self, old: str, new: Path, project_id: str | None = None) -> Located:
        """Say that the local model at `old` lies at `new` now: a folder, or a file.

        Its files are compared by their SHA-256 with those that the trainings used; if anything differs,
        nothing is changed and the error says what. This is for every project that uses `old`; with a project,
        for that one and those that used the same files. Fingerprints of trainings stay as they are.
        """
        return locate(self.store, old, new, project_id)

    def local_models(self, project_id: str) -> tuple[LocalModel, ...]:
        """The models of a project and its rounds that are files of this computer, each with its place."""
        return used_models(self.store, project_id)

    @by_hand("projects")
    def add_anchors(self, project_id: str, templates: Sequence[str], only: bool = False) -> None:
        """Add anchors that contain `{}` or name the subject; `only` disables all others."""
        anchors.add_anchors(self.store, project_id, templates, only)
        self._tell_each(map(about_entered, templates))

    @by_hand("anchors")
    def enable_anchor(self, anchor_id: str, enabled: bool) -> None:
        """Enable or disable an anchor for later rounds."""
        anchors.enable_anchor(self.store, anchor_id, enabled)
