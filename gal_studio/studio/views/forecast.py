"""How much a job has to do, queued or yet to be requested, and about how long it takes by earlier rounds."""

from dataclasses import dataclass

from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.core.words import counted
from gal_studio.rounds import lineage, planned
from gal_studio.state import Store
from gal_studio.state.tables.rounds import Timings


@dataclass(frozen=True)
class Forecast:
    """Seconds of a queued job, None if none was timed before, and what it will do, if that is known."""

    seconds: float | None = None
    coming: str = ""


def forecast(store: Store, job: Job) -> Forecast:
    """What a queued training or drawing has before it; nothing is known of other kinds."""
    if job.kind not in ("fine_tune", "generate"):
        return Forecast()
    here = store.snapshots.round(job.round_id)
    timings = store.rounds.timings(here.project.project.base_model)
    if job.kind == "fine_tune":
        has_accepted = bool(lineage.inherited_examples(here))
        steps = plan_draws(here.settings.tune, True, has_accepted).steps
        return Forecast(None if timings.step is None else steps * timings.step)
    images = planned.left(here)
    seconds = None if timings.picture is None else images * timings.picture
    return Forecast(seconds, f"up to {counted(images, 'image')}" if images else "")


def next_seconds(here: RoundSnapshot, timings: Timings) -> float | None:
    """About how long the next round takes with the project's settings; None where nothing was timed."""
    if timings.step is None or timings.picture is None:
        return None
    settings = here.wanted_settings
    accepted = {candidate.anchor_id for candidate in lineage.accepted_candidates(here)}
    left = [anchor for anchor in lineage.pool(here) if anchor.id not in accepted]
    has_accepted = bool(accepted or lineage.inherited_examples(here))
    training = plan_draws(settings.tune, True, has_accepted).steps * timings.step
    return training + planned.most_pictures(settings, len(left)) * timings.picture
