"""The view of a project's test set: what each round was measured to be, which one is best, what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gal_studio.core.intervals import Difference
from gal_studio.core.measures.blind import agreement
from gal_studio.core.measures.carry_over import CarryOver
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Metric
from gal_studio.core.measures.report import Arm, Change, Figures, Report
from gal_studio.core.measures.verdict import Caution, Verdict, find_best, find_warnings
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import UsedDetectors
from gal_studio.rounds.measured import Measured, measured
from gal_studio.rounds.test_set import can_measure
from gal_studio.state import Store
from gal_studio.state.tables.measures import HeldOutSet
from gal_studio.studio.views.words.benchmark import MeasureWords, left_out_words, measure_words


@dataclass(frozen=True)
class MeasuredSchedule:
    """A strength schedule of a round, with how many held-out images it drew by it.

    `report` is None until all are drawn; its changes are those since full strength.
    """

    recipe: Recipe
    words: str
    drawn: int
    wanted: int
    report: Figures | None


@dataclass(frozen=True)
class MeasuredRound:
    """A round, or the base model (`id` None), with how much of the test set it has drawn at full strength.

    `report` is None until all held-out prompts are drawn; pictures of `accepted` prompts come after them, and
    what a choice changed is known only then. `schedules` are those that it was measured by, and
    its best one while it was not. `gain` is that of the setting that decides (`gain_setting`), by which the
    best round is named; `gain_change` compares it with that of the round before, `since_first` with the first
    round of the line. `setting` is the schedule to draw with.
    """

    id: str | None
    name: str
    parent_id: str | None
    trained: bool
    drawn: int
    wanted: int
    report: Figures | None
    schedules: tuple[MeasuredSchedule, ...] = ()
    setting: Recipe | None = None
    setting_words: str = ""
    accepted: int = 0
    gain: Difference | None = None
    gain_setting: str = ""
    gain_change: Change | None = None
    since_first: Mapping[Metric, Change] = field(default_factory=dict)

    @property
    def decides(self) -> Figures | None:
        """The figures of the setting that decides."""
        reports = {one.words: one.report for one in self.schedules}
        return reports.get(self.gain_setting) or self.report

    @property
    def decides_by_schedule(self) -> bool:
        """Whether a strength schedule decides, and not full strength."""
        return self.decides is not self.report


@dataclass(frozen=True, kw_only=True)
class MeasuresView(Verdict):
    """What is measured of a project on its held-out prompts, and which round is best.

    `is_chosen` is False while the set is only proposed. `left_out` are held-out prompts that became test
    prompts since, `asking` those that ask for what the references show; neither counts. `carry_over` says of
    rounds that were drawn with and without the project's fast model how they compare, in words. `agreed` says
    how often the figures agreed with what was chosen in blind pairs. `words` is what the page says of all
    this.
    """

    chosen: HeldOutSet
    is_chosen: bool
    prompts: tuple[str, ...]
    left_out: tuple[str, ...]
    asking: tuple[str, ...]
    called: str
    rounds: tuple[MeasuredRound, ...]
    words: MeasureWords
    warnings: tuple[Caution, ...]
    carry_over: tuple[Caution, ...] = ()
    agreed: str = ""


@dataclass(frozen=True, kw_only=True)
class FullMeasures(MeasuresView):
    """What was measured, with the prompts of all parts, the reports of complete rounds and the pictures.

    `reports` are those at full strength, `by_schedule` those of strength schedules.
    """

    all_prompts: tuple[MeasuredPrompt, ...]
    reports: Mapping[str | None, Report]
    by_schedule: Mapping[str, tuple[Report, ...]]
    pictures: tuple[MeasuredPicture, ...]
    copy_detectors: UsedDetectors
    carried_over: tuple[CarryOver, ...] = ()


def measures_view(store: Store, project_id: str) -> FullMeasures:
    """The test set of a project, measured round by round, the base model first."""
    found = measured(store, project_id)
    full, named = tuple(found.reports.values()), found.test_set.named
    scheduled = [one for made in found.by_schedule.values() for one in made]
    called = " ".join(named.trigger_words) or named.name
    verdict = find_best((*full, *scheduled), found.reports.get(None), found.choices)
    if verdict.rivals and not verdict.by_eye and can_measure():
        verdict = replace(verdict, headline=f"{verdict.headline} Add benchmark images to find out.")
    rounds = tuple(_round(found, name, arm) for name, arm in found.arms.items())
    not_counted = left_out_words(found.left_out, found.test_set.asking)
    return FullMeasures(
        **vars(verdict),
        chosen=found.chosen,
        is_chosen=found.test_set.chosen is not None,
        prompts=found.held_out,
        all_prompts=found.prompts,
        reports=found.reports,
        by_schedule=found.by_schedule,
        left_out=found.left_out,
        asking=found.test_set.asking,
        called=called,
        rounds=rounds,
        words=measure_words(rounds, verdict, named.kind, not_counted),
        warnings=(*find_warnings(full, called, found.falls), *found.told_of_fast(worse=True)),
        carry_over=found.told_of_fast(worse=False),
        agreed=agreement(found.answers.values()).sentence,
        carried_over=found.carried_over,
        pictures=found.pictures,
        copy_detectors=found.copy_detectors,
    )


def _round(found: Measured, name: str | None, arm: Arm) -> MeasuredRound:
    """A row of the table of rounds."""
    here = None if name is None else found.test_set.project.round(name)
    decides = found.settings.get(name or "")
    return MeasuredRound(
        id=name,
        name=arm.name,
        parent_id=arm.before,
        trained=here is None or here.round.adapter is not None,
        drawn=len(arm.part("held_out")),
        wanted=found.wanted,
        accepted=len(arm.part("accepted")),
        report=found.reports.get(name),
        schedules=() if here is None else tuple(_schedules(found, here)),
        setting=None if here is None else found.setting(here),
        setting_words="" if here is None else found.setting(here).brief,
        gain=decides.gain if decides else None,
        gain_setting=decides.arm.recipe.brief if decides else "",
        gain_change=None if here is None else found.gain_since(here),
        since_first={} if here is None else found.since_first(here),
    )


def _schedules(found: Measured, here: RoundSnapshot) -> Iterator[MeasuredSchedule]:
    """The schedules that a round was measured by, and the one that it lacks."""
    reports = {one.arm.recipe: one for one in found.by_schedule.get(here.id, ())}
    drawn = found.scheduled.get(here.id, {})
    lacking = found.lacks_schedule(here)
    for recipe in dict.fromkeys([*drawn, *filter(None, [lacking])]):
        number = len(drawn[recipe].part("held_out")) if recipe in drawn else 0
        if recipe in reports or recipe == lacking:
            yield MeasuredSchedule(recipe, recipe.brief, number, found.wanted, reports.get(recipe))
