"""What LoRAs from elsewhere are: how strong each draws best, what it copies, and how it does as it is."""

from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.recipe_rates import RecipeRate, not_judged, recipe_rates, unlike_references
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.measures.report import Report
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Kind
from gal_studio.studio import ProjectDraft
from gal_studio.studio.reports.measured import round_sentences
from gal_studio.studio.studio import Studio, begins, verb
from gal_studio.studio.views.measures import FullMeasures, measures_view


@dataclass(frozen=True)
class JudgedLora:
    """A LoRA from elsewhere and what its pictures say of it.

    `best` is its best strength schedule, as Results and exports have it, and `rates` are those of all that
    drew pictures, the strongest first; both say nothing yet without pictures. `report` is what the benchmark
    measured, and `told` the same in sentences.
    """

    round_id: str
    name: str
    source: str
    kind: Kind
    pictures: int
    best: Recipe
    rates: tuple[RecipeRate, ...]
    report: Report | None
    unlike: str = ""
    """That no strength draws anything like the references."""
    unjudged: str = ""
    """What is not known, because there are no references."""
    by_schedule: tuple[Report, ...] = ()
    """What the benchmark measured by strength schedules."""
    told: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """How it draws best, and what the benchmark found."""
        if not self.pictures:
            return (f"{self.name} has no images yet.",)
        full = next((rate for rate in self.rates if rate.recipe == AS_TRAINED), None)
        best = next((rate for rate in self.rates if rate.recipe == self.best), full)
        drawn = f"with the {self.best.words}" if self.best.words else "at full strength"
        told = f"{self.name} generates best {drawn}"
        if best is not None:
            told = f"{told}: {self._facts(best)}"
        if best is not None and full is not None and best is not full:
            told = f"{told} (at full strength: {self._facts(full)})"
        return (f"{told}.", *self.told, *filter(None, [self.unlike, self.unjudged]))

    def _facts(self, rate: RecipeRate) -> str:
        asked = f"prompt match {rate.asked:.0%}"
        if rate.copies is None or rate.carried is None:
            return asked
        return f"copy risk {rate.copies:.0%}, {asked}, {self.kind} match {rate.carried:.0%}"


@verb
def judge(studio: Studio, draft: ProjectDraft) -> str:
    """Create a project that judges the LoRAs of a draft, and queue their pictures and measurements.

    Returns its ID; the same origin twice is one project. `judged` has the result when the jobs are done.
    """
    if not draft.judged:
        raise StudioError("There is no LoRA to judge: name at least one .safetensors file.")
    project_id = studio.create_project(draft)
    run_given(studio, project_id)
    return project_id


@begins
def run_given(studio: Studio, project_id: str) -> bool:
    """Queue what the LoRAs from elsewhere lack that a project began with, if it did."""
    given = [round_ for round_ in studio.store.rounds.of_project(project_id) if round_.source]
    busy = {job.round_id for job in studio.store.jobs.of_project(project_id) if job.state in ACTIVE}
    for round_ in given:
        if round_.id not in busy and not studio.store.candidates.count(round_.id):
            studio.run_missing(round_.id)
    return bool(given)


@verb
def judged(studio: Studio, project_id: str) -> tuple[JudgedLora, ...]:
    """What the LoRAs of a project are that are not archived, as given, each as far as it is measured."""
    project = studio.store.snapshots.project(project_id)
    view = measures_view(studio.store, project_id)
    return tuple(_judged(here, view, project.names[here.id]) for here in project.shown if here.round.source)


def _judged(here: RoundSnapshot, view: FullMeasures, name: str) -> JudgedLora:
    project = here.project.project
    setting = next((one.setting for one in view.rounds if one.id == here.id), None)
    return JudgedLora(
        here.id,
        name,
        here.round.source,
        project.kind,
        len(here.candidates),
        setting or here.best_recipe,
        recipe_rates(here.candidates),
        view.reports.get(here.id),
        unlike_references(name, here.candidates),
        "" if project.has_references else not_judged(project.kind),
        view.by_schedule.get(here.id, ()),
        round_sentences(view, here.id, most=1),
    )
