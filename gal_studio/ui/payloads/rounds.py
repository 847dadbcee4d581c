"""Views as the page wants them: plain dictionaries, numbers rounded for the eye, texts as they are."""

from collections.abc import Collection, Mapping
from typing import Any

from gal_studio.core.gal.reasons import explain_picture, short_names
from gal_studio.core.prompts import stands_for, style_descriptor, subjects
from gal_studio.core.types import Anchor
from gal_studio.studio.views.types import (
    CandidateView,
    JobView,
    ProjectView,
    RoundSummary,
    RoundView,
    ScoreView,
)

Payload = dict[str, Any]
_ACCEPTED_BEFORE = "A picture of it was accepted in the round before, and counts still."


def anchor_payloads(anchors: tuple[Anchor, ...]) -> list[Payload]:
    """Anchors with the words that tell them apart (`head`) and those that all share (`tail`)."""
    names = short_names(anchors)
    return [
        {
            "id": anchor.id,
            "prompt": anchor.prompt,
            "head": names[anchor.id],
            "tail": _rest(anchor.prompt, names[anchor.id]),
            "enabled": anchor.enabled,
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


def triggers(project: ProjectView) -> list[str]:
    """What calls the subject in a prompt: the trigger words of objects, or a style's descriptor alone."""
    if project.kind == "object":
        return [entry.trigger_word for entry in subjects(project.references)]
    return [style_descriptor(project.references[0].prompt)]


def subject_payloads(project: ProjectView) -> list[Payload]:
    """Each subject with what was derived for it and the pictures that show it."""
    return [
        {
            "trigger": entry.trigger_word,
            "facts": [
                ["Trigger word", entry.trigger_word],
                ["Plain prompt", entry.references[0].plain_prompt],
                ["Class", entry.class_prompt],
            ]
            if project.kind == "object"
            else [],
            "references": [
                {"id": one.id, "prompt": one.prompt, "mask": one.mask is not None} for one in entry.references
            ],
        }
        for entry in subjects(project.references)
    ]


def _derived(project: ProjectView) -> str:
    words = [f"“{entry.trigger_word}”" for entry in subjects(project.references)]
    if project.kind == "style":
        return f"The style's own words “{triggers(project)[0]}” will call it in a prompt."
    if len(words) == 1:
        return f"The trigger word {words[0]} will call it in a prompt."
    return f"The trigger words {', '.join(words[:-1])} and {words[-1]} will call them in a prompt."


def project_payload(project: ProjectView) -> Payload:
    """What the top line and step 1 say about a project."""
    settings = project.settings
    switched_on, all_of_them = sum(anchor.enabled for anchor in project.anchors), len(project.anchors)
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        "model": model_name(project),
        "base_model": project.model_title,
        "triggers": triggers(project),
        "references": [{"id": entry.id, "prompt": entry.prompt} for entry in project.references],
        "subjects": subject_payloads(project),
        "stands_for": stands_for(project.kind, project.references),
        "anchors": anchor_payloads(project.anchors),
        "settings": settings.to_dict(),
        "derived": _derived(project),
        "facts": [
            ["Model", project.model_title],
            ["Anchors", f"{switched_on} of {all_of_them}" if switched_on < all_of_them else str(all_of_them)],
            ["Training", f"{settings.tune.steps} steps, rank {settings.tune.rank}, "
             f"learning rate {settings.tune.learning_rate:g}"],
            ["Candidates", f"{settings.generation.candidates} an anchor, {settings.generation.steps} steps, "
             f"guidance {settings.generation.guidance_scale:g}"],
            ["Lambda", f"{settings.gal.balance_lambda:g}" if settings.gal.balance else "off"],
            ["Seed", str(project.seed)],
        ],
    }  # fmt: skip


def round_chips(rounds: tuple[RoundSummary, ...], covers: dict[str, Payload], wanted: int) -> list[Payload]:
    """The strip of rounds."""
    return [
        {
            "id": entry.id,
            "name": entry.name,
            "parent_id": entry.parent_id,
            "kind": entry.kind,
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
        "kind": view.kind,
        "step": view.step,
        "trained": view.round.adapter is not None,
        "pool": anchor_payloads(view.pool),
        "expected": view.settings.generation.candidates,
        "complete": bool(view.candidates) and len(view.candidates) >= view.wanted,
        "openness": view.openness,
        "example_weight": view.example_weight,
        "exhausted": view.sentence if view.exhausted else "",
        "losses": losses_payload(view.losses),
    }


def losses_payload(losses: tuple[tuple[int, float], ...]) -> list[list[float]]:
    """A loss curve, thinned to what an eye can tell apart."""
    return [[step, round(loss, 5)] for step, loss in _thinned(losses)]


def _thinned(losses: tuple[tuple[int, float], ...], most: int = 600) -> tuple[tuple[int, float], ...]:
    return losses[:: max(1, -(-len(losses) // most))]


def score_payloads(view: RoundView, accepted_before: Collection[str] = ()) -> list[Payload]:
    """Anchors in the order of priority; while pictures are drawn nothing is ranked or suggested.

    Nothing is suggested either for the anchors of which the refined round has an accepted picture.
    """
    names = short_names([score.anchor for score in view.scores])
    ranked = view.step != "wait"
    return [
        _score_payload(
            score, names[score.anchor.id], ranked, ranked and score.anchor.id not in accepted_before
        )
        for score in view.scores
    ]


def _score_payload(view: ScoreView, head: str, ranked: bool, open_: bool) -> Payload:
    suggested = view.suggested_candidate_id if open_ else None
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
        "rank": view.rank if ranked else None,
        "suggested": suggested,
        "chosen": suggested is not None,
        "reason": (view.reason if open_ else _ACCEPTED_BEFORE) if ranked else "",
        "why": explain_picture(view.score) if suggested else "",
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
        "remark": candidate.remark,
    }


def picture_payload(view: CandidateView) -> Payload:
    """A candidate where only its picture is shown."""
    candidate = view.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "prompt": view.prompt,
        "copy": candidate.overfit,
    }


def part_marks(masks: Mapping[str, str]) -> dict[str, str]:
    """Candidates that are accepted in part, each with a mark that changes with its mask."""
    return {name: mask[:8] for name, mask in masks.items()}


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
        "paused_for": job.paused_for,
    }
