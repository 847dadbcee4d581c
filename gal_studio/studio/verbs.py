"""One class, one method for each thing that a person can do. No torch, no models, no Gradio."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.assets import Preset, load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Settings
from gal_studio.core.types import Anchor, Author, Job, Kind, Round, Sample, Verdict
from gal_studio.state import Store, archive_reader, archive_writer, lineage
from gal_studio.state.files import write_whole
from gal_studio.state.refinements import MapKind
from gal_studio.state.stamp import project_stamp
from gal_studio.studio import (
    anchors,
    asking,
    creating,
    painting,
    reading,
    refinement_reading,
    refining,
)
from gal_studio.studio.creating import ProjectDraft, demo_draft
from gal_studio.studio.references import Picture, check_reference
from gal_studio.studio.showing import show_all
from gal_studio.views import (
    JobView,
    PatchMap,
    ProjectView,
    RefinementView,
    RoundSummary,
    RoundView,
    Step,
)


class Studio:
    """The verbs on one store; `wake` is called with the workspace after work was asked for."""

    def __init__(self, store: Store, wake: Callable[[Path], object] | None = None) -> None:
        self.store = store
        self._wake = wake

    # Projects

    def presets(self) -> tuple[Preset, ...]:
        """The base models on offer, with the settings that suit them."""
        return load_presets()

    def check_picture(self, picture: Picture, mask: Picture | None = None) -> tuple[str, ...]:
        """Notes on what is changed when this picture is taken in; a StudioError when it cannot be."""
        return check_reference(picture, mask)

    def create_project(self, draft: ProjectDraft) -> str:
        """Make a project and its first round; the project's id. The same origin twice is one project."""
        with self.store.database.transaction():
            known = self.store.projects.with_origin(draft.origin) if draft.origin else None
            return known.id if known else creating.create_project(self.store, draft)

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
        return tuple(self.project(entry.id) for entry in self.store.projects.all())

    def project(self, project_id: str) -> ProjectView:
        """One project with its references and anchors."""
        return reading.project_view(self.store, project_id)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name."""
        if not name.strip():
            raise StudioError("The name of the project is empty: write one.")
        self.store.projects.rename(project_id, name.strip())

    def change_settings(
        self, project_id: str, changes: Mapping[str, Any], author: Author = "human"
    ) -> Settings:
        """Lay changes over the settings, as they are made. Suggestion and weight change at once in rounds
        that nothing was trained on yet; the rest counts for the next training or drawing.
        """
        with self.store.database.transaction():
            settings = self.store.projects.get(project_id).settings.updated(changes)
            enabled = [anchor for anchor in self.store.projects.anchors(project_id) if anchor.enabled]
            creating.check_settings(settings, len(enabled))
            self.store.projects.set_settings(project_id, settings, author)
            for entry in self.store.rounds.of_project(project_id):
                if not self.store.rounds.children(entry.id):
                    present = self.store.rounds.settings(entry.id)
                    self.store.rounds.set_settings(entry.id, replace(present, gal=settings.gal))
        return settings

    def add_anchors(self, project_id: str, templates: Sequence[str], only: bool = False) -> None:
        """Add anchors, with `{}` or the subject's own words; `only` switches all others off."""
        anchors.add_anchors(self.store, project_id, templates, only)

    def enable_anchor(self, anchor_id: str, enabled: bool) -> None:
        """Switch an anchor on or off for the rounds to come."""
        anchors.enable_anchor(self.store, anchor_id, enabled)

    # Rounds

    def stamp(self, project_id: str) -> str:
        """A short text that changes when any view of this project would; progress and heartbeats aside."""
        return project_stamp(self.store, project_id)

    def rounds(self, project_id: str) -> tuple[RoundSummary, ...]:
        """The strip of rounds, by number."""
        return reading.round_summaries(self.store, project_id)

    def round_view(self, round_id: str) -> RoundView:
        """Everything that the page shows of a round."""
        return reading.round_view(self.store, round_id)

    def next_step(self, round_id: str) -> Step:
        """The one thing to do next."""
        return reading.next_step(self.store, round_id)

    def training_set(self, round_id: str) -> tuple[Sample, ...]:
        """References and all that was accepted in the rounds above, with their weights (Eq. G8)."""
        return lineage.training_set(self.store, round_id)

    def pool(self, round_id: str) -> tuple[Anchor, ...]:
        """The anchors that this round draws."""
        return lineage.pool(self.store, round_id)

    def next_round(self, round_id: str) -> Round:
        """The round after this one; pressed twice, it is the same round."""
        with self.store.database.transaction():
            self._refuse_without_candidates(round_id)
            for child in self.store.rounds.children(round_id):
                started = child.adapter is not None or self.store.candidates.count(child.id)
                if child.kind == "fine_tune" and not started:
                    return child
            return self.branch(round_id)

    def branch(self, round_id: str) -> Round:
        """Another line of rounds from here; nothing is deleted."""
        with self.store.database.transaction():
            self._refuse_without_candidates(round_id)
            project = self.store.projects.get(self.store.rounds.get(round_id).project_id)
            return self.store.rounds.add(project.id, round_id, project.settings)

    def _refuse_without_candidates(self, round_id: str) -> None:
        if not self.store.candidates.count(round_id):
            number = self.store.rounds.get(round_id).number
            raise StudioError(f"Round {number} has no pictures yet: press Generate first.")

    # Work

    def fine_tune(self, round_id: str) -> Job:
        """Ask for the training of a round. A round that has pictures keeps them: the new training is a
        round beside it, and the job says which.
        """
        with self.store.database.transaction():
            job = asking.ask_fine_tune(self.store, round_id)
            refining.ask_repetition(self.store, job.round_id)
        return self._woken(job)

    def generate(self, round_id: str) -> Job:
        """Ask for the candidates of a round."""
        return self._woken(asking.ask_generate(self.store, round_id))

    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Ask for the training of a round and for its candidates behind it."""
        with self.store.database.transaction():
            training, drawing = asking.ask_whole_round(self.store, round_id)
            refining.ask_repetition(self.store, training.round_id)
        return training, self._woken(drawing)

    def make_pairs(self, round_id: str) -> Job:
        """Ask for the pairs of a round's refinement, which is made if it is not there yet."""
        return self._woken(refining.ask_pairs(self.store, round_id))

    def refine(self, round_id: str) -> Job:
        """Ask for the training of a refinement whose pairs are there. One that has pictures keeps them: the
        new training is a refinement beside it, and the job says which.
        """
        return self._woken(refining.ask_refine(self.store, round_id))

    def run_refinement(self, round_id: str) -> tuple[Job, ...]:
        """Ask for pairs, training and candidates of a refinement, as far as they are not there."""
        jobs = refining.ask_whole_refinement(self.store, round_id)
        self._woken(jobs[-1])
        return jobs

    def judge_quality(self, round_id: str) -> Job:
        """Ask for the quality maps of a round's candidates."""
        return self._woken(refining.ask_quality(self.store, round_id))

    def refinement_view(self, round_id: str) -> RefinementView:
        """Everything that the page shows of a refinement."""
        return refinement_reading.refinement_view(self.store, round_id)

    def patch_map(self, owner_id: str, kind: MapKind = "quality") -> PatchMap | None:
        """The map of a pair or of a candidate; None where it was never judged."""
        return refinement_reading.patch_map(self.store, owner_id, kind)

    def _woken(self, job: Job) -> Job:
        if self._wake is not None:
            self._wake(self.store.workspace)
        return job

    def stop(self, job_id: str) -> Job:
        """Stop at the next step, keeping what is done; withdraw what only waits."""
        return self.store.jobs.request_stop(job_id)

    def pause(self, job_id: str) -> Job:
        """Rest at the next step."""
        return self.store.jobs.request_pause(job_id)

    def resume(self, job_id: str) -> Job:
        """Go on where a job was paused, stopped, interrupted or failed."""
        return self._woken(self.store.jobs.resume(job_id))

    def sample_now(self, job_id: str) -> None:
        """Ask a running training for a picture."""
        self.store.jobs.request_sample(job_id)

    def job_view(self, project_id: str) -> JobView:
        """The job line of the page."""
        return reading.job_view(self.store, project_id)

    # Decisions

    def decide(self, candidate_ids: Sequence[str], verdict: Verdict, author: Author = "human") -> None:
        """Give some pictures a verdict, as one batch that one Undo takes back."""
        with self.store.database.transaction():
            by_round: dict[str, list[tuple[str, Verdict]]] = {}
            for identity in candidate_ids:
                by_round.setdefault(self.store.candidates.round_of(identity), []).append((identity, verdict))
            for round_id, batch in by_round.items():
                self.store.decisions.record(round_id, batch, author)

    def accept_suggestion(self, round_id: str, author: Author = "sampler") -> tuple[str, ...]:
        """Accept what is suggested and not rejected, of anchors without an accepted picture."""
        with self.store.database.transaction():
            chosen = reading.open_suggestions(self.store, round_id)
            self.decide(chosen, "accepted", author)
        return chosen

    def undo(self, round_id: str) -> tuple[str, ...]:
        """Take the last decision of a round back; the candidates that changed."""
        return self.store.decisions.undo(round_id)

    def redo(self, round_id: str) -> tuple[str, ...]:
        """Bring the last undone decision back; the candidates that changed."""
        return self.store.decisions.redo(round_id)

    def accept_in_part(self, candidate_id: str, mask: bytes, author: Author = "human") -> None:
        """Accept the white part of a candidate: a PNG of its size. One Undo takes it back."""
        painting.accept_in_part(self.store, candidate_id, mask, author)

    def paint(self, pair_id: str, image: bytes | None, author: Author = "human") -> None:
        """Overrule the quality map of a pair: a PNG of x's size, 0 bad, 255 good, 128 untouched."""
        painting.paint(self.store, pair_id, image, author)

    def undo_painting(self, round_id: str) -> str | None:
        """Take the last painting of a refinement back; the pair whose paint changed."""
        return self.store.refinements.paintings.undo(round_id)

    def redo_painting(self, round_id: str) -> str | None:
        """Bring the last undone painting back; the pair whose paint changed."""
        return self.store.refinements.paintings.redo(round_id)

    def set_reference_mask(self, reference_id: str, mask: bytes | None) -> None:
        """Say where a reference shows its subject: white in a PNG of its size. None: found by the studio."""
        painting.set_reference_mask(self.store, reference_id, mask)

    # Files

    def candidate_picture(self, candidate_id: str) -> Path:
        """The picture of a candidate."""
        return self.store.images.path(self.store.candidates.get(candidate_id).image)

    def reference_picture(self, reference_id: str) -> Path:
        """The picture of a reference."""
        row = self.store.projects.reference(reference_id)
        return self.store.images.path(row.image)

    def adapter_path(self, round_id: str) -> Path:
        """The LoRA of a round."""
        entry = self.store.rounds.get(round_id)
        if entry.adapter is None:
            raise StudioError(f"Round {entry.number} is not fine-tuned yet: press Fine-tune first.")
        return self.store.adapters.path(entry.adapter)

    def export_adapter(self, round_id: str, path: Path) -> Path:
        """Write a copy of the LoRA of a round."""
        data = self.adapter_path(round_id).read_bytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data, path.parent)
        return path

    def export_project(self, project_id: str, path: Path) -> Path:
        """Write everything of a project into one zip; the file that was written."""
        return archive_writer.export_project(self.store, project_id, path)

    def import_project(self, path: Path) -> str:
        """Take such a zip in; the project's id. One that is refused leaves nothing behind."""
        return archive_reader.import_project(self.store, path, show_all)
