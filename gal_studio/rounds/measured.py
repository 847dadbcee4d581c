"""What the rounds of a project are on its test set: their pictures as arms, and the reports of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gal_studio.core.intervals import outcome
from gal_studio.core.loss_trend import still_falls
from gal_studio.core.measures.blind import Answer, Choice, Key, Pair, Setting, choices
from gal_studio.core.measures.carry_over import CarryOver, carry_over
from gal_studio.core.measures.compare import DrawnByKey, images_of
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Metric, Part
from gal_studio.core.measures.report import (
    Arm,
    Change,
    Report,
    beside_base,
    report,
    report_by_schedule,
)
from gal_studio.core.measures.verdict import Caution, lead, ranking
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import ASKED, CHANCE, SHOWN, TrainingExample, UsedDetectors
from gal_studio.rounds.test_set import TestSet, accepted_prompts, load, measured_schedule, pictures_of
from gal_studio.state.store import Store
from gal_studio.state.tables.measures import HeldOutSet

BASE_NAME = "Base model"


def measured(store: Store, project_id: str) -> "Measured":
    """The test set of a project with what its rounds drew for it."""
    with store.database.snapshot():
        test_set = load(store, store.snapshots.project(project_id))
        trained = store.rounds.training_sets(project_id)
        answers = store.blind.about(project_id)
    return Measured(test_set, trained, lambda round_id: still_falls(store.rounds.losses(round_id)), answers)


def measured_setting(store: Store, round_id: str) -> Recipe:
    """The schedule by which a round is best: what was chosen or is the better one of those measured, else
    that of Eq. G18.
    """
    found = measured(store, store.rounds.get(round_id).project_id)
    return found.setting(found.test_set.project.round(round_id))


@dataclass(frozen=True)
class Measured:
    """A test set with what each round was trained on, and whether a round's loss still fell at the end.

    `answers` are those of blind pairs, by their images.
    """

    test_set: TestSet
    trained: Mapping[str, tuple[TrainingExample, ...]]
    falls: Callable[[str], bool]
    answers: Mapping[Pair, Answer]

    @property
    def chosen(self) -> HeldOutSet:
        """The test set, or the one that the studio proposes."""
        return self.test_set.chosen or self.test_set.proposed[0]

    @cached_property
    def prompts(self) -> tuple[MeasuredPrompt, ...]:
        """The prompts that count."""
        if self.test_set.chosen is not None:
            return self.test_set.in_use
        proposed = enumerate(self.test_set.proposed[1])
        return tuple(MeasuredPrompt("", "held_out", prompt, place) for place, prompt in proposed)

    @property
    def held_out(self) -> tuple[str, ...]:
        """The prompts that no training uses."""
        return tuple(prompt.prompt for prompt in self.prompts if prompt.part == "held_out")

    @property
    def wanted(self) -> int:
        """The pictures of held-out prompts that each round draws."""
        return self.chosen.seeds * len(self.held_out)

    @cached_property
    def copy_detectors(self) -> UsedDetectors:
        """What finds copies in all pictures of these prompts alike: the setting of the project.

        The prompts alone where some pictures were not compared with the reference, so that no two rounds are
        compared by different flags.
        """
        project = self.test_set.project
        if not project.project.has_references:
            return "none"
        if not self.have_all(SHOWN):
            return "prompts"
        return project.project.settings.gal.copy_detectors

    def have_all(self, score: str) -> bool:
        """Whether all pictures that are compared have a score."""
        prompts = {prompt.id for prompt in self.prompts}
        rounds = {None, *(each.id for each in self.test_set.project.shown)}
        compared = [
            picture.candidate
            for picture in (*self.test_set.pictures, *self.test_set.in_full)
            if picture.prompt_id in prompts and picture.round_id in rounds
        ]
        return all([score in one.more_scores for one in compared])

    @property
    def tells_looks(self) -> bool:
        """Whether figures tell how far an image keeps the style: where its background does not count."""
        project = self.test_set.project.project
        return not find_taught(project.kind).is_subject and project.settings.gal.without_ground

    @cached_property
    def pictures(self) -> tuple[MeasuredPicture, ...]:
        """What was drawn with the project's model, by the detectors that all of it is compared by."""
        return self.judged(self.test_set.pictures)

    def judged(self, pictures: tuple[MeasuredPicture, ...]) -> tuple[MeasuredPicture, ...]:
        """Pictures by the detectors that all of them are compared by."""
        judged = tuple(picture.judged_by(self.copy_detectors) for picture in pictures)
        missing = [score for score in (CHANCE, ASKED) if not self.have_all(score)]
        return tuple(one.without(missing) for one in judged) if missing else judged

    @cached_property
    def arms(self) -> Mapping[str | None, Arm]:
        """The base model and each round that is not archived, with what it drew at full strength."""
        return self.arms_of(tuple(one for one in self.pictures if one.candidate.recipe == AS_TRAINED))

    @cached_property
    def scheduled(self) -> Mapping[str, Mapping[Recipe, Arm]]:
        """The rounds that drew held-out prompts by strength schedules: an arm for each of these."""
        by: dict[Recipe, list[MeasuredPicture]] = {}
        for one in self.pictures:
            if one.candidate.recipe != AS_TRAINED:
                by.setdefault(one.candidate.recipe, []).append(one)
        base = [one for one in self.pictures if one.round_id is None]
        found: dict[str, dict[Recipe, Arm]] = {}
        for recipe, drawn in by.items():
            for name, arm in self.arms_of((*base, *drawn), recipe).items():
                if name is not None and arm.part("held_out"):
                    found.setdefault(name, {})[recipe] = arm
        return found

    @cached_property
    def carried_over(self) -> tuple[CarryOver, ...]:
        """How the rounds that were drawn with and without the fast model compare."""
        if not self.test_set.in_full:
            return ()
        project, full = self.test_set.project.project, self.arms_of(self.judged(self.test_set.in_full))
        words = project.settings.generation.fast_words
        found = (carry_over(arm, full[name], words, project.kind) for name, arm in self.arms.items())
        return tuple(one for one in found if one is not None)

    def since_first(self, here: RoundSnapshot) -> Mapping[Metric, Change]:
        """What changed since the first measured round of the line, each by the setting that decides."""
        above = _first_above(self.arms, here.id)
        now, first = self.settings.get(here.id), self.settings.get((above and above.id) or "")
        if now is None or first is None:
            return {}
        return report(now.arm, None, None, self.test_set.named.kind, first.arm).since_first

    def gain_since(self, here: RoundSnapshot) -> Change | None:
        """How much more useful a round is than the one before, each by the setting that decides."""
        above = here.parent.original.id if here.parent else ""
        now, before = self.settings.get(here.id), self.settings.get(above)
        found = lead(now, before) if now and before else None
        return (
            None if found is None else Change(**vars(found), verdict=outcome(found.value, found.is_clear, 1))
        )

    def told_of_fast(self, worse: bool) -> tuple[Caution, ...]:
        """What to know of the rounds that do not work as well with the fast model, or of the others."""
        found = (one for one in self.carried_over if bool(one.worse) == worse)
        return tuple(Caution(one.round, "fast", one.sentence, one.plain) for one in found)

    def arms_of(
        self, pictures: tuple[MeasuredPicture, ...], recipe: Recipe = AS_TRAINED
    ) -> Mapping[str | None, Arm]:
        """The base model and each round that is not archived, with these pictures of the prompts in use.

        They were drawn by the `recipe`. Copies, with which branches begin, are the rounds that they copy.
        """
        project = self.test_set.project
        known = {prompt.id: prompt for prompt in self.prompts}
        drawn: dict[str | None, dict[Part, dict[Key, MeasuredPicture]]] = {}
        for picture in pictures:
            prompt = known.get(picture.prompt_id)
            if prompt and picture.candidate.index < pictures_of(prompt.part, self.chosen):
                place = prompt.prompt, picture.candidate.index
                drawn.setdefault(picture.round_id, {}).setdefault(prompt.part, {})[place] = picture
        arms = []
        for here in (None, *(each for each in project.shown if not each.round.copy_of)):
            name = None if here is None else here.id
            parts = drawn.get(name, {})
            arms.append(
                Arm(
                    name,
                    BASE_NAME if name is None else project.names[name],
                    here.parent.original.id if here is not None and here.parent else None,
                    parts,
                    complete=len(parts.get("held_out", {})) == self.wanted > 0,
                    learned=None if here is None else self.learned(here),
                    diverged=here is not None and here.check.diverged,
                    instant=here is not None and here.variant.with_references,
                    given=here is not None and bool(here.round.source),
                    recipe=recipe,
                )
            )
        return {arm.id: arm for arm in beside_base(arms)}

    def learned(self, here: RoundSnapshot) -> frozenset[str]:
        """The accepted prompts of a round's training; by the decisions above it if it is older."""
        trained = self.trained.get(here.id, ())
        if not trained:
            return frozenset(accepted_prompts(here))
        return frozenset(example.prompt for example in trained if not example.is_reference)

    @cached_property
    def reports(self) -> Mapping[str | None, Report]:
        """The report of each complete arm, at full strength."""
        complete = {name: arm for name, arm in self.arms.items() if arm.complete}
        return {
            name: report(
                arm,
                None if name is None else complete.get(arm.before),
                complete.get(None),
                self.test_set.named.kind,
                _first_above(self.arms, name),
                self.tells_looks,
            )
            for name, arm in complete.items()
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        """Held-out prompts that became test prompts since, so that they count no more."""
        enabled = {prompt.id for prompt in self.test_set.enabled}
        return tuple(
            prompt.prompt
            for prompt in self.test_set.all_prompts
            if prompt.enabled and prompt.part == "held_out" and prompt.id not in enabled
        )

    @cached_property
    def by_schedule(self) -> Mapping[str, tuple[Report, ...]]:
        """The reports by strength schedules, of the rounds that are complete at full strength, too."""
        base = complete if (complete := self.arms.get(None)) and complete.complete else None
        found: dict[str, tuple[Report, ...]] = {}
        for name, arms in self.scheduled.items():
            full = self.reports.get(name)
            if full is not None:
                made = (each for each in arms.values() if each.complete)
                kind, looks = self.test_set.named.kind, self.tells_looks
                found[name] = tuple(report_by_schedule(arm, full, base, kind, looks) for arm in made)
        return found

    @cached_property
    def every_setting(self) -> Mapping[Setting, Report]:
        """The report of each measured round by each of its settings; the base model is left out."""
        scheduled = (one for made in self.by_schedule.values() for one in made)
        return {
            setting: each for each in (*self.reports.values(), *scheduled) if (setting := each.arm.setting)
        }

    @cached_property
    def drawn(self) -> Mapping[Setting, DrawnByKey]:
        """The held-out pictures of each of these settings."""
        return {setting: each.arm.part("held_out") for setting, each in self.every_setting.items()}

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What a person chose in blind pairs of these settings."""
        return choices({one: images_of(drawn) for one, drawn in self.drawn.items()}, self.answers)

    @cached_property
    def settings(self) -> Mapping[str, Report]:
        """What decides of each measured round: the report by the first one of its settings in the ranking."""
        found: dict[str, Report] = {}
        for each in ranking(tuple(self.every_setting.values()), self.choices):
            found.setdefault(each.arm.id or "", each)
        return found

    def setting(self, here: RoundSnapshot) -> Recipe:
        """The schedule to draw with: the measured one that decides.

        Of a round that was measured at full strength alone it is the best of Eq. G18: its images say so.
        """
        decides = self.settings.get(here.id)
        compared = self.by_schedule.get(here.id) or measured_schedule(here) is None
        return decides.arm.recipe if decides and compared else here.best_recipe

    def lacks_schedule(self, here: RoundSnapshot) -> Recipe | None:
        """The best schedule of a round by which it is not measured; None if there is none."""
        wanted = measured_schedule(here)
        if wanted is None or any(one.arm.recipe == wanted for one in self.by_schedule.get(here.id, ())):
            return None
        return wanted


def _first_above(arms: Mapping[str | None, Arm], name: str | None) -> Arm | None:
    """The first measured round of a round's line, None if that is the round itself."""
    line = []
    while name is not None and name in arms:
        line.append(arms[name])
        name = arms[name].before
    measured = [arm for arm in line if arm.complete]
    return measured[-1] if len(measured) > 1 else None
