"""How much a job has to do, queued or yet to be requested, and about how long it takes by earlier rounds."""

from dataclasses import dataclass

from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job
from gal_studio.rounds import lineage
from gal_studio.state import Store


@dataclass(frozen=True)
class Forecast:
    """The steps or pictures of a queued job, 0 if unknown; seconds are None if none was timed before."""

    amount: int = 0
    seconds: float | None = None


def forecast(store: Store, job: Job) -> Forecast:
    """What a queued training or drawing has before it; nothing is known of other kinds."""
    settings = store.rounds.settings(job.round_id)
    phases: tuple[str, ...]
    if job.kind == "fine_tune":
        kinds = {example.is_reference for example in lineage.training_set(store, job.round_id)}
        amount, phases = plan_draws(settings.tune, True in kinds, False in kinds).steps, ("fine_tune",)
    elif job.kind == "generate":
        amount, phases = len(lineage.missing(store, job.round_id)), ("generate", "embed")
    else:
        return Forecast()
    base_model = store.projects.get(job.project_id).base_model
    pace = store.rounds.pace(base_model, phases)
    return Forecast(amount, None if pace is None else amount * pace)


@dataclass(frozen=True)
class Ahead:
    """What may follow a round; seconds are estimates, None where nothing was timed.

    `pairs`, `steps` and `pictures` are those of a refinement, which takes `refinement_seconds`.
    """

    next_seconds: float | None
    pairs: int
    steps: int
    pictures: int
    refinement_seconds: float | None


def ahead(store: Store, round_id: str) -> Ahead:
    """What the next round and a refinement of this one have to do, with the project's settings."""
    round_ = store.rounds.get(round_id)
    project = store.projects.get(round_.project_id)
    settings = project.settings
    accepted = {candidate.anchor_id for candidate in lineage.accepted_candidates(store, round_id)}
    before = any(not example.is_reference for example in lineage.training_set(store, round_id))
    pool = lineage.pool(store, round_id)
    left = [anchor for anchor in pool if anchor.id not in accepted]
    training = store.rounds.pace(project.base_model, ("fine_tune",))
    drawing = store.rounds.pace(project.base_model, ("generate", "embed"))
    pictures = store.rounds.settings(round_id).generation.candidates * len(pool)
    next_seconds = refinement_seconds = None
    if training is not None and drawing is not None:
        steps = plan_draws(settings.tune, True, before or bool(accepted)).steps
        next_seconds = steps * training + settings.generation.candidates * len(left) * drawing
        refinement_seconds = _refinement_steps(settings) * training
        refinement_seconds += (settings.refine.pairs + pictures) * drawing
    return Ahead(next_seconds, settings.refine.pairs, settings.refine.steps, pictures, refinement_seconds)


def _refinement_steps(settings: Settings) -> float:
    """The steps of a refinement as so many of a training: a pair has two pictures."""
    return settings.refine.steps * 2 * settings.refine.batch_size / settings.tune.batch_size
