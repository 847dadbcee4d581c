"""How much a queued job has to do, and about how long that takes by what was measured before."""

from dataclasses import dataclass

from gal_studio.core.gal.balance import plan_draws
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
