"""What the endpoints that only read answer."""

from pydantic import TypeAdapter

from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.types import Job
from gal_studio.rounds.suggestions import accepted_in_base
from gal_studio.studio.views.measures import MeasuresView
from gal_studio.studio.views.types import RoundSummary
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.rounds import score_payloads

_MEASURES = TypeAdapter(MeasuresView)


def suggest_answer(views: ViewCache, round_id: str) -> Payload:
    """What the page suggests in a round."""
    view = views.studio.round_view(round_id)
    accepted_before = accepted_in_base(views.studio.store.snapshots.round(round_id))
    return {
        "sentence": view.sentence,
        "suggestions": [
            {
                "candidate": score.suggested,
                "prompt": score.prompt,
                "reason": score.reason,
                "picture": f"/picture/{score.suggested}",
            }
            for score in score_payloads(view, accepted_before)
            if score.suggested is not None
        ],
    }


def export_answer(views: ViewCache, round_id: str) -> Payload:
    """The addresses of a round's LoRA, of its exports for other programs, and of its project."""
    views.studio.adapter_path(round_id)  # refused if the round is not trained
    project_id = views.studio.store.rounds.get(round_id).project_id
    forms = [
        {"form": made.form, "file": f"/export/{round_id}/{made.form}", "checked": made.sentence}
        for made in views.studio.exports(round_id)
        if not made.waits
    ]
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
