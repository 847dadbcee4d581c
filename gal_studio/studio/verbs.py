"""One class, one method for each thing that a person can do. No torch, no models, no Gradio."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.assets import Preset, load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Settings
from gal_studio.core.types import Anchor, Author, Job, Kind, Round, Sample, Verdict
from gal_studio.state import Store, lineage
from gal_studio.state.files import write_whole
from gal_studio.state.pictures import read_picture
from gal_studio.state.stamp import project_stamp
from gal_studio.studio import asking, creating, reading
from gal_studio.studio.creating import Picture, ProjectDraft, demo_draft
from gal_studio.views import JobView, ProjectView, RoundSummary, RoundView, Step


class Studio:
    """The verbs on one store; `wake` is called with the workspace after work was asked for."""

    def __init__(self, store: Store, wake: Callable[[Path], object] | None = None) -> None:
        self.store = store
        self._wake = wake

    # Projects

    def presets(self) -> tuple[Preset, ...]:
        """The base models on offer, with the settings that suit them."""
        return load_presets()

    def check_picture(self, picture: Picture) -> tuple[str, ...]:
        """Notes on what is changed when this picture is taken in; a StudioError when it cannot be."""
        return read_picture(picture)[1]

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

    def add_anchors(self, project_id: str, templates: Sequence[str]) -> None:
        """Add anchors, with `{}` or the style's own words where the subject stands."""
        project = self.project(project_id)
        prompts = creating.anchor_prompts(
            project.kind, templates, project.references[0].prompt, project.trigger_word
        )
        self.store.projects.add_anchors(project_id, prompts)

    def enable_anchor(self, anchor_id: str, enabled: bool) -> None:
        """Switch an anchor on or off for the rounds to come."""
        self.store.projects.enable_anchor(anchor_id, enabled)

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
                if child.adapter is None and not self.store.candidates.count(child.id):
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
        return self._woken(asking.ask_fine_tune(self.store, round_id))

    def generate(self, round_id: str) -> Job:
        """Ask for the candidates of a round."""
        return self._woken(asking.ask_generate(self.store, round_id))

    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Ask for the training of a round and for its candidates behind it."""
        training, drawing = asking.ask_whole_round(self.store, round_id)
        return training, self._woken(drawing)

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
