"""What `--refine` does with each round of `demo` and `run`, and `gal-studio refine` with one."""

from typing import Any

from gal_studio.commands.running.each_round import EachRound
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine
from gal_studio.core.intervals import FEWEST
from gal_studio.core.records.round import Round
from gal_studio.core.words import counted
from gal_studio.features.refine import rules, verbs
from gal_studio.features.refine.view import RefinementView
from gal_studio.rounds import planned
from gal_studio.studio import Studio

TITLES = {
    "clip_t": "text alignment",
    "object": "likeness of the object",
    "rest": "likeness of the rest of the image",
    "clip_i": "likeness to the references",
    "overfit_rate": "share of copies",
}


def refine_round(studio: Studio, worker: LocalWorker, line: ProgressLine, round_id: str) -> str | None:
    """Do what is missing of a refinement; returns its ID, or None if there is nothing to learn from."""
    store = studio.store
    here = store.snapshots.round(round_id)
    if not rules.can_be_refined(here):
        line.say(f"Round {here.round.number} is not refined: it has no accepted image to train on.")
        return None
    for node in [child for child in here.children if child.variant.refines][-1:]:
        worker.finish_what_was_left(node.id)
    done = verbs.repeated_refinement(studio, round_id)
    if done is None:
        jobs = verbs.run_refinement(studio, round_id)
        for job in jobs:
            worker.finish(job)
        done = store.rounds.get(jobs[-1].round_id)
    elif planned.missing(store.snapshots.round(done.id)):
        worker.finish(studio.generate(done.id))
    _print_refinement(studio, line, done)
    return done.id


def _print_refinement(studio: Studio, line: ProgressLine, node: Round) -> None:
    view = verbs.refinement_view(studio, node.id)
    line.say(f"Round {node.number} is refined with {len(view.pairs)} pairs.")
    if view.unmeasured:
        line.say(f"  {view.unmeasured}")
    if view.measurements:
        line.say("  Before and after, judged by the project's CLIP:")
    for measured in view.measurements:
        title = TITLES.get(measured.metric, measured.metric)
        prompts = len(view.measured_prompts)
        over = f"{measured.images} images of {counted(prompts, 'prompt')}"
        interval = f"95% interval over prompts {measured.low:+.3f} to {measured.high:+.3f}"
        known = f"{interval}, {over}" if has_interval(view) else f"{over}: too few for an interval"
        line.say(
            f"  {title}: {measured.before:.3f} -> {measured.after:.3f} ({measured.difference:+.3f}; {known})"
        )


def describe_refinement(studio: Studio, node: str) -> dict[str, Any]:
    """The summary of a refinement."""
    view = verbs.refinement_view(studio, node)
    losses = [loss for _, loss in view.losses]
    return {
        "pairs": len(view.pairs),
        "steps": len(losses),
        "loss_first": losses[0] if losses else None,
        "loss_last": losses[-1] if losses else None,
        "metrics_before": {figure.metric: figure.before for figure in view.measurements},
        "metrics_after": {figure.metric: figure.after for figure in view.measurements},
        "differences": {
            figure.metric: {
                "value": figure.difference,
                "low": figure.low if has_interval(view) else None,
                "high": figure.high if has_interval(view) else None,
            }
            for figure in view.measurements
        },
        "prompts": len(view.measured_prompts),
        "measured_prompts": list(view.measured_prompts),
        "images": view.measurements[0].images if view.measurements else 0,
        "judged_by": studio.project(studio.store.rounds.get(node).project_id).clip_model,
        "unmeasured": view.unmeasured or None,
    }


def has_interval(view: RefinementView) -> bool:
    """Whether a refinement was measured on enough prompts for the interval of a difference."""
    return len(view.measured_prompts) >= FEWEST


def refinement_seconds(studio: Studio, node: str) -> float:
    """The seconds of a refinement."""
    seconds = studio.store.snapshots.node(node).record.seconds
    return sum(seconds.get(phase, 0.0) for phase in ("pairs", "maps", "refine"))


EACH_ROUND = EachRound(rules.can_be_refined, refine_round, describe_refinement, refinement_seconds)
