"""Image adapters of one's own: refined once, then offered to every project."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import MOST_STEPS
from gal_studio.core.types import Job
from gal_studio.research.features.own_adapters.record import AdapterPlan, OwnAdapter, own_adapters_of
from gal_studio.research.features.own_adapters.subjects import check_subjects, checked_names
from gal_studio.state.files.paths import user_path
from gal_studio.studio.studio import Studio, verb
from gal_studio.studio.verbs.base import by_hand

PUBLISHED_STEPS = 30_000


@verb
@by_hand("rounds")
def refine_adapter(
    studio: Studio,
    round_id: str,
    subjects: Path | None = None,
    names: Sequence[str] = (),
    steps: int = PUBLISHED_STEPS,
    title: str = "",
) -> Job:
    """Queue PatchDPO of the project's image adapter, as published: the result is for every project.

    It is trained on a folder with pictures of many objects, or on objects that the base model draws from
    their names. `own_adapters` has it when the job is done. A halted one goes on.
    """
    checks.whole("Steps", steps, 1, MOST_STEPS)
    with studio.store.database.transaction():
        round_ = studio.store.rounds.get(round_id)
        references = round_.settings.references
        if not round_.variant.with_references or references.is_native:
            raise StudioError(
                "An image adapter is refined from a Round 0 that was generated with one: generate it first."
            )
        if subjects is not None:
            subjects = user_path(subjects).absolute()
            check_subjects(subjects)
        named = () if subjects is not None else checked_names(names)
        plan = AdapterPlan(
            title.strip() or f"{references.adapter.strip()}, refined",
            references.adapter.strip(),
            "" if subjects is None else str(subjects),
            named,
            steps,
            studio.store.projects.get(round_.project_id).seed,
            round_id,
        )
        job = studio._queue(round_, "adapter")
        present = own_adapters_of(studio.store).of_job(job)
        if present is not None and present.plan not in (plan, replace(plan, job_id=job.id)):
            raise StudioError(
                f"{present.plan.title} is not finished: wait for it, or stop it first; it can be resumed "
                "afterward."
            )
        own_adapters_of(studio.store).add(replace(plan, job_id=job.id))
        return job


@verb
def own_adapters(studio: Studio) -> tuple[OwnAdapter, ...]:
    """The image adapters of one's own that are trained; each is named by its folder."""
    return own_adapters_of(studio.store).trained()
