"""The named endpoints. What changes something is a write of the page, and is checked and done like it."""

import functools
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import gradio as gr
from pydantic import ConfigDict, TypeAdapter, ValidationError, validate_call

from gal_studio.core.entered import about_several
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.records.round import RoundSummary
from gal_studio.core.types import Job
from gal_studio.state.hooks import all_hooks
from gal_studio.studio.views.measures import MeasuresView
from gal_studio.studio.views.scores import open_scores
from gal_studio.ui.api.errors import UNEXPECTED
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Known, answer
from gal_studio.ui.payloads import Payload, first_fault
from gal_studio.ui.programs.pictures import references_of
from gal_studio.ui.requests import Context

_MEASURES = TypeAdapter(MeasuresView)


def suggest_answer(views: ViewCache, round_id: str) -> Payload:
    """What the page suggests in a round."""
    view = views.studio.round_view(round_id)
    return {
        "sentence": view.sentence,
        "suggestions": [
            {
                "candidate": score.suggested,
                "prompt": score.prompt,
                "reason": score.reason,
                "picture": f"/picture/{score.suggested}",
            }
            for score in open_scores(view)
            if score.suggested is not None
        ],
    }


def export_answer(views: ViewCache, round_id: str) -> Payload:
    """The addresses of a round's LoRA, of its exports for other programs, and of its project."""
    views.studio.adapter_path(round_id)  # refused if the round is not trained
    project_id = views.studio.store.rounds.get(round_id).project_id
    forms = [asdict(made) for hooks in all_hooks() for made in hooks.downloads(views.studio, round_id)]
    return {"lora": f"/adapter/{round_id}", "forms": forms, "project": f"/project/{project_id}/archive"}


def status_answer(views: ViewCache, project_id: str) -> Payload:
    """Where a project stands; `busy` until nothing waits or runs."""
    studio = views.studio
    project = studio.project(project_id)
    jobs = [job for job in studio.store.jobs.of_project(project_id) if job.state != "completed"]
    return {
        "name": project.name,
        "busy": any(job.state in ACTIVE for job in jobs),
        "rounds": [_round(summary) for summary in views.rounds(project_id)],
        "jobs": [_job(job) for job in jobs],
        "measures": _MEASURES.dump_python(views.measures(project_id), mode="json"),
    }


def _round(summary: RoundSummary) -> Payload:
    return {
        "round": summary.id,
        "name": summary.name,
        "step": summary.step,
        "pictures": summary.candidates,
        "accepted": summary.accepted,
    }


def _job(job: Job) -> Payload:
    return {
        "job": job.id,
        "round": job.round_id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
    }


LONGEST_KEY = 40  # characters; with the name of the endpoint, an idempotency key of a write
_OF_THE_PAGE = ": reload the page."
_STRICT = ConfigDict(strict=True)
_log = logging.getLogger(__name__)


class Endpoints:
    """What programs may call, on one studio.

    `key` makes a call safe to repeat: the same key twice is done once, and answered alike.
    """

    def __init__(self, context: Context, known: Known) -> None:
        self._context, self._views, self._known = context, context.views, known

    def create(
        self,
        kind: str,
        references: list[dict[str, Any]],
        name: str = "",
        settings: dict[str, Any] | None = None,
        preset: str = "pocket",
        base_model: str = "",
        clip_model: str = "",
        key: str = "",
    ) -> dict[str, Any]:
        """Create a project of a kind, "style" or "object"; returns its ID and that of its first round.

        What was left out of its prompts is `said` in a sentence; "" if nothing was.

        A reference is {"picture": handle_file(path), "prompt": words}, and may have a "mask" (a file as well)
        and a "trigger_word". `settings` have dotted names, such as "tune.steps". Without a preset, both
        models must be named.
        """
        project: str = self._write(
            "create",
            key,
            kind=kind,
            sets=references_of(kind, references),
            name=name,
            settings=settings or {},
            preset=preset or None,
            base_model=base_model or None,
            clip_model=clip_model or None,
            only=True,
        )["project"]
        rounds = self._views.rounds(project)
        if not rounds:
            raise StudioError(f"The project of the key {key!r} was deleted: give another key.")
        texts = [one.get(field) or "" for one in references for field in ("prompt", "trigger_word")]
        return {"project": project, "round": rounds[0].id, "said": about_several(texts)}

    def fine_tune(self, round: str, key: str = "") -> dict[str, Any]:
        """Queue the training of a round; returns the ID of the round that is trained."""
        return self._write("fine_tune", key, round=round)

    def generate(self, round: str, key: str = "") -> dict[str, Any]:
        """Queue the drawing of a round's pictures."""
        return self._write("generate", key, round=round)

    def suggest(self, round: str) -> dict[str, Any]:
        """What the studio suggests accepting in a round, best first, each with its reason."""
        return suggest_answer(self._views, round)

    def decide(self, candidates: list[str], verdict: str, key: str = "") -> dict[str, Any]:
        """Give some pictures a verdict: "accepted", "rejected" or "undecided"."""
        return self._write("decide", key, candidates=candidates, verdict=verdict)

    def next_round(self, round: str, key: str = "") -> dict[str, Any]:
        """Start the round after this one, which learns what was accepted; returns its ID."""
        return self._write("next_round", key, round=round)

    def measure(self, round: str, key: str = "") -> dict[str, Any]:
        """Queue the measurement of a round on the project's benchmark; returns the ID of the job."""
        return self._write("measure", key, round=round)

    def export_round(self, round: str, form: str, key: str = "") -> dict[str, Any]:
        """Queue the export of a round for other programs: "diffusers", "kohya", "comfyui" or "invokeai"."""
        return self._write("export_round", key, round=round, form=form)

    def export(self, round: str) -> dict[str, Any]:
        """Where to download the LoRA of a round, its exports and its project: addresses on this server."""
        return export_answer(self._views, round)

    def status(self, project: str) -> dict[str, Any]:
        """The rounds of a project with their next step, its unfinished jobs, and what was measured."""
        return status_answer(self._views, project)

    def _write(self, act: str, key: str, **request: Any) -> Payload:
        if len(key) > LONGEST_KEY:
            raise StudioError(f"The key has {len(key)} characters: use at most {LONGEST_KEY}.")
        write = {"id": f"{act} {key}" if key else uuid.uuid4().hex, "name": act, "request": request}
        made = answer(self._context, self._known, write)
        if "error" in made:
            raise StudioError(made["error"].replace(_OF_THE_PAGE, "."))
        return made


NAMES = (
    "create", "fine_tune", "generate", "suggest", "decide", "next_round", "measure", "export_round", "export",
    "status",
)  # fmt: skip
"""The endpoints; a method that is not named here is not exposed."""


def add_endpoints(context: Context, known: Known) -> None:
    """Expose the endpoints in the Blocks that are being built."""
    endpoints = Endpoints(context, known)
    for name in NAMES:
        gr.api(sentenced(getattr(endpoints, name)), api_name=name, concurrency_limit=4)


def sentenced(act: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
    """Check the types of what is given, and turn errors into one sentence for the caller."""
    strict = validate_call(config=_STRICT)(act)

    @functools.wraps(act)
    def call(*given: Any, **named: Any) -> Mapping[str, Any]:
        try:
            return strict(*given, **named)
        except ValidationError as error:
            raise gr.Error(
                f"{act.__name__} does not take this ({first_fault(error)}).", print_exception=False
            ) from error
        except StudioError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            _log.exception("the endpoint %s failed", act.__name__)
            raise gr.Error(UNEXPECTED, print_exception=False) from error

    return call
