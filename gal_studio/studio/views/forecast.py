"""How much a job has to do, queued or yet to be requested, and about how long it takes by earlier rounds."""

from dataclasses import dataclass

from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.rounds import lineage, planned
from gal_studio.state import Store
from gal_studio.state.tables.rounds import Timings


@dataclass(frozen=True)
class Forecast:
    """The steps or pictures of a queued job, 0 if unknown; seconds are None if none was timed before."""

    amount: int = 0
    seconds: float | None = None


def forecast(store: Store, job: Job) -> Forecast:
    """What a queued training or drawing has before it; nothing is known of other kinds."""
    if job.kind not in ("fine_tune", "generate"):
        return Forecast()
    here = store.snapshots.round(job.round_id)
    timings = store.rounds.timings(here.project.project.base_model)
    if job.kind == "fine_tune":
        has_accepted = bool(lineage.inherited_examples(here))
        amount, pace = plan_draws(here.settings.tune, True, has_accepted).steps, timings.step
    else:
        amount, pace = planned.left(here), timings.picture
    return Forecast(amount, None if pace is None else amount * pace)


@dataclass(frozen=True)
class Estimates:
    """What may follow a round; seconds are estimates, None where nothing was timed.

    `pairs`, `steps` and `pictures` are those of a refinement, which takes `refinement_seconds`.
    """

    next_seconds: float | None
    pairs: int
    steps: int
    pictures: int
    refinement_seconds: float | None


def estimate(here: RoundSnapshot, timings: Timings) -> Estimates:
    """What the next round and a refinement of this one have to do, with the project's settings."""
    settings = here.wanted_settings
    accepted = {candidate.anchor_id for candidate in lineage.accepted_candidates(here)}
    pool = lineage.pool(here)
    left = [anchor for anchor in pool if anchor.id not in accepted]
    pictures = len(lineage.drawn(here)) or planned.most_pictures(here.settings, len(pool))
    next_seconds = refinement_seconds = None
    if timings.step is not None and timings.picture is not None:
        has_accepted = bool(accepted or lineage.inherited_examples(here))
        steps = plan_draws(settings.tune, True, has_accepted).steps
        next_seconds = steps * timings.step
        next_seconds += planned.most_pictures(settings, len(left)) * timings.picture
        refinement_seconds = _refinement_steps(settings) * timings.step
        refinement_seconds += (settings.refine.pairs + pictures) * timings.picture
    return Estimates(next_seconds, settings.refine.pairs, settings.refine.steps, pictures, refinement_seconds)


def _refinement_steps(settings: Settings) -> float:
    """The steps of a refinement as so many of a training: a pair has two pictures."""
    return settings.refine.steps * 2 * settings.refine.batch_size / settings.tune.batch_size
