"""Views as the page wants them: plain dictionaries, numbers rounded for the eye, texts as they are."""

from typing import Any

from gal_studio.core.prompts import style_descriptor
from gal_studio.core.reasons import short_names
from gal_studio.core.types import Anchor
from gal_studio.views import CandidateView, JobView, ProjectView, RoundSummary, RoundView, ScoreView

Payload = dict[str, Any]


def anchor_payloads(anchors: tuple[Anchor, ...]) -> list[Payload]:
    """Anchors with the words that tell them apart (`head`) and those that all share (`tail`)."""
    names = short_names(anchors)
    return [
        {
            "id": anchor.id,
            "prompt": anchor.prompt,
            "head": names[anchor.id],
            "tail": _rest(anchor.prompt, names[anchor.id]),
        }
        for anchor in anchors
    ]


def _rest(prompt: str, name: str) -> str:
    if prompt.startswith(name):
        return prompt.removeprefix(name).strip()
    return prompt.removesuffix(name).strip() if prompt.endswith(name) else ""


def model_name(project: ProjectView) -> str:
    """A short name for the chip of the base model."""
    return project.model_title.split(" (")[0].rstrip("/").rsplit("/", 1)[-1]


def trigger(project: ProjectView) -> str:
    """What calls the subject in a prompt: an object's trigger word or a style's descriptor."""
    if project.kind == "object":
        return project.trigger_word
    return style_descriptor(project.references[0].prompt)


def project_payload(project: ProjectView) -> Payload:
    """What the top line and step 1 say about a project."""
    settings = project.settings
    calls = "The trigger word" if project.kind == "object" else "The style's own words"
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        "model": model_name(project),
        "base_model": project.model_title,
        "trigger": trigger(project),
        "references": [{"id": entry.id, "prompt": entry.prompt} for entry in project.references],
        "anchors": [{"id": anchor.id, "prompt": anchor.prompt} for anchor in project.anchors],
        "settings": settings.to_dict(),
        "derived": f"{calls} “{trigger(project)}” will call it in a prompt.",
        "facts": [
            ["Model", project.model_title],
            ["Anchors", str(sum(anchor.enabled for anchor in project.anchors))],
            ["Training", f"{settings.tune.steps} steps, rank {settings.tune.rank}, "
             f"learning rate {settings.tune.learning_rate:g}"],
            ["Candidates", f"{settings.sample.candidates} an anchor, {settings.sample.steps} steps, "
             f"guidance {settings.sample.guidance_scale:g}"],
            ["Lambda", f"{settings.gal.balance_lambda:g}" if settings.gal.balance else "off"],
            ["Seed", str(project.seed)],
        ],
    }  # fmt: skip


def round_chips(rounds: tuple[RoundSummary, ...], covers: dict[str, Payload], wanted: int) -> list[Payload]:
    """The strip of rounds."""
    return [
        {
            "id": entry.id,
            "number": entry.number,
            "parent_id": entry.parent_id,
            "step": entry.step,
            "accepted": entry.accepted,
            "candidates": entry.candidates,
            "wanted": wanted,
            "cover": covers.get(entry.id),
        }
        for entry in rounds
    ]


def round_payload(view: RoundView) -> Payload:
    """The round that is shown, without what belongs to its pictures."""
    return {
        "id": view.round.id,
        "number": view.round.number,
        "step": view.step,
        "trained": view.round.adapter is not None,
        "pool": anchor_payloads(view.pool),
        "expected": view.settings.sample.candidates,
        "complete": bool(view.candidates) and len(view.candidates) >= view.wanted,
        "openness": view.openness,
        "sample_weight": view.sample_weight,
        "exhausted": view.sentence if view.exhausted and view.scores else "",
        "losses": [[step, round(loss, 5)] for step, loss in _thinned(view.losses)],
    }


def _thinned(losses: tuple[tuple[int, float], ...], most: int = 600) -> tuple[tuple[int, float], ...]:
    return losses[:: max(1, -(-len(losses) // most))]


def score_payloads(view: RoundView) -> list[Payload]:
    """Anchors in the order of priority; while pictures are drawn nothing is ranked or suggested."""
    names = short_names([score.anchor for score in view.scores])
    settled = view.step != "wait"
    return [_score_payload(score, names[score.anchor.id], settled) for score in view.scores]


def _score_payload(view: ScoreView, head: str, settled: bool) -> Payload:
    return {
        "anchor_id": view.anchor.id,
        "prompt": view.anchor.prompt,
        "head": head,
        "n": view.score.candidates,
        "copies": view.score.overfit,
        "rate": view.score.overfit_rate,
        "low": view.interval[0],
        "high": view.interval[1],
        "entropy": view.score.entropy,
        "mean_margin": view.score.mean_margin,
        "rank": view.rank if settled else None,
        "suggested": view.suggested_candidate_id if settled else None,
        "chosen": settled and view.suggested_candidate_id is not None,
        "reason": view.reason if settled else "",
    }


def candidate_payload(view: CandidateView, head: str) -> Payload:
    """One tile; verdicts and places travel apart, since they change."""
    candidate = view.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "anchor_id": candidate.anchor_id,
        "prompt": view.prompt,
        "head": head,
        "index": candidate.index,
        "seed": str(candidate.seed),
        "similarity_anchor": candidate.similarity_anchor,
        "similarity_reference": candidate.similarity_reference,
        "margin": candidate.margin,
        "copy": candidate.overfit,
    }


def positions(view: RoundView) -> dict[str, list[float]]:
    """Places on the map, references among them."""
    placed = [entry.candidate for entry in view.candidates]
    places = {c.id: [round(c.x, 3), round(c.y, 3)] for c in placed if c.x is not None and c.y is not None}
    if places:
        places |= {name: [round(x, 3), round(y, 3)] for name, (x, y) in view.reference_positions.items()}
    return places


def job_payload(job: JobView) -> Payload | None:
    """The job line; None when nothing was ever asked for."""
    if job.state == "idle":
        return None
    return {
        "id": job.id,
        "kind": job.kind,
        "round_id": job.round_id,
        "state": job.state,
        "phase": job.phase,
        "done": job.done,
        "total": job.total,
        "unit": job.unit,
        "rate": job.rate,
        "seconds_left": job.seconds_left,
        "message": job.message,
        "worker_alive": job.worker_alive,
    }
