"""Files that leave the studio, and archives that come back."""

import hashlib
from pathlib import Path

from gal_studio.assets import finished_archive
from gal_studio.core.errors import StudioError
from gal_studio.core.models.locations import located
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.variants.registry import lora_of
from gal_studio.state.files.content_store import write_whole
from gal_studio.studio.create import captions
from gal_studio.studio.create.lora_file import check_unstarted, checked_lora, prepare_start
from gal_studio.studio.reports.measured import best_sentence, round_sentences
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views.everything import show_all
from gal_studio.studio.views.measures import measures_view
from gal_studio.workspace.archive import reader, writer


class FileVerbs(Verbs):
    """Pictures, LoRAs and archives."""

    def reference_picture(self, reference_id: str) -> Path:
        """The picture of a reference."""
        return self.store.images.path(self.store.projects.reference(reference_id).image)

    def candidate_picture(self, candidate_id: str) -> Path:
        """The picture of a candidate, a PNG."""
        image = self.store.candidates.image(candidate_id)
        if not image:
            raise StudioError("The file of this image is lost: generate it again.")
        return self.store.images.path(image)

    def adapter_path(self, round_id: str) -> Path:
        """The LoRA of a round."""
        return self.store.adapters.path(lora_of(self.store.rounds.get(round_id)))

    def export_adapter(self, round_id: str, path: Path) -> Path:
        """Write a copy of the LoRA of a round."""
        data = self.store.adapters.read(self.adapter_path(round_id).stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data, path.parent)
        return path

    def start_from_lora(self, project_id: str, path: Path, without_text_encoder: bool = False) -> None:
        """Let an untrained project start from a LoRA of any trainer, made for its model (docs/models.md).

        It is compared with the base model, and refused if it does not fit, or changes a text encoder and is
        not to be taken `without_text_encoder`.
        """
        check_unstarted(self.store, project_id)
        project, words = self.store.projects.get(project_id), self.store.projects.prompts(project_id).trigger
        commits = dict(self.store.projects.revisions(project_id))
        asked = LoraStart(
            str(checked_lora(path)),
            located(project.base_model, self.store.model_locations.of_project(project_id)),
            words,
            project.settings.to_dict(),
            commits,
            without_text_encoder,
        )
        self.store.projects.set_start(project_id, prepare_start(self.store, asked, self._convert_lora))

    def measured_sentences(self, round_id: str) -> tuple[str, ...]:
        """What a round was measured to be, and which one is best, in sentences; empty if it was not."""
        view = measures_view(self.store, self.store.rounds.get(round_id).project_id)
        told = round_sentences(view, round_id)
        return (*told, *filter(None, [best_sentence(view)])) if told else ()

    def references_zip(self, project_id: str) -> bytes:
        """A zip with the references of a project, their captions and their masks."""
        return captions.references_zip(self.store, self.store.projects.get(project_id).id)

    def export_project(self, project_id: str, path: Path, raw: bool = False) -> Path:
        """Export a project as one zip file; returns its path.

        `raw` exports one that is damaged as it is: files that are lost or altered are left out.
        """
        return writer.export_project(self.store, project_id, path, raw)

    def import_project(self, path: Path, tell: reader.Tell | None = None) -> str:
        """Import such a zip file; returns the ID of the project. A refused file leaves nothing behind.

        It is imported once every view of it was read.
        `tell` is called with a sentence about files in it that do not belong there.
        """
        return reader.import_project(self.store, path, show_all, tell)

    def finished_project(self) -> str | None:
        """The bundled finished project as it is in this workspace, unless it is not there or archived."""
        return self.store.projects.listed_with_origin(_origin_of(finished_archive()))

    def open_finished(self) -> str:
        """Import the finished project that comes with the studio; returns its ID.

        One that is on the list stays as it is, and its ID is returned.
        """
        archive = finished_archive()
        origin = _origin_of(archive)
        known = self.store.projects.listed_with_origin(origin)
        return known or reader.import_project(self.store, archive, origin=origin)


def _origin_of(archive: Path) -> str:
    """What marks a project as imported from this archive; another version of it is another project."""
    with archive.open("rb") as file:
        return f"bundled {hashlib.file_digest(file, 'sha256').hexdigest()}"
