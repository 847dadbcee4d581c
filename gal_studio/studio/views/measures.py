"""The view of a project's test set: what each round was measured to be, which one is best, what is wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gal_studio.core.measures.carry_over import CarryOver, carry_over
from gal_studio.core.measures.compare import Key
from gal_studio.core.measures.loss_trend import still_falls
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Part
from gal_studio.core.measures.report import Arm, Figures, Report, beside_base, report
from gal_studio.core.measures.verdict import Caution, Verdict, find_best, find_warnings
from gal_studio.core.naming import round_names
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CHANCE, SHOWN, TrainingExample, UsedDetectors
from gal_studio.rounds.test_set import TestSet, accepted_prompts, load, pictures_of
from gal_studio.state import Store
from gal_studio.state.tables.measures import HeldOutSet

BASE_NAME = "Base model"


@dataclass(frozen=True)
class MeasuredRound:
    """A round, or the base model (`id` None), with how much of the test set it has drawn.

    `report` is None until all held-out prompts are drawn.
    """

    id: str | None
    name: str
    parent_id: str | None
    trained: bool
    drawn: int
    wanted: int
    report: Figures | None


@dataclass(frozen=True, kw_only=True)
class MeasuresView(Verdict):
    """What is measured of a project on its held-out prompts, and which round is best.

    `is_chosen` is False while the set is only proposed. `left_out` are held-out prompts that became test
    prompts since, `asking` those that ask for what the references show; neither counts. `carry_over` says of
    rounds that were drawn with and without the project's fast model how they compare, in words.
    """

    chosen: HeldOutSet
    is_chosen: bool
    prompts: tuple[str, ...]
    left_out: tuple[str, ...]
    asking: tuple[str, ...]
    called: str
    rounds: tuple[MeasuredRound, ...]
    warnings: tuple[Caution, ...]
    carry_over: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FullMeasures(MeasuresView):
    """What was measured, with the prompts of all parts, the reports of complete rounds and the pictures."""

    all_prompts: tuple[MeasuredPrompt, ...]
    reports: Mapping[str | None, Report]
    pictures: tuple[MeasuredPicture, ...]
    copy_detectors: UsedDetectors
    carried_over: tuple[CarryOver, ...] = ()


def measures_view(store: Store, project_id: str) -> FullMeasures:
    """The test set of a project, measured round by round, the base model first."""
    with store.database.snapshot():
        test_set = load(store, store.snapshots.project(project_id))
        trained = store.rounds.training_sets(project_id)
    return _Measured(test_set, trained, lambda round_id: still_falls(store.rounds.losses(round_id))).view


@dataclass(frozen=True)
class _Measured:
    """A test set with what each round was trained on, and whether a round's loss still fell at the end."""

    test_set: TestSet
    trained: Mapping[str, tuple[TrainingExample, ...]]
    falls: Callable[[str], bool]

    @property
    def view(self) -> FullMeasures:
        test_set, base = self.test_set, self.reports.get(None)
        named, measured = test_set.named, tuple(self.reports.values())
        called = named.name if named.kind == "style" else " ".join(named.trigger_words)

        return FullMeasures(
            **vars(find_best(measured, base)),
            chosen=self.chosen,
            is_chosen=test_set.chosen is not None,
            prompts=self.held_out,
            all_prompts=self.prompts,
            reports=self.reports,
            left_out=self.left_out,
            asking=test_set.asking,
            called=called,
            rounds=self.rounds,
            warnings=(*find_warnings(measured, called, self.falls), *self.fast_warnings),
            carry_over=tuple(one.sentence for one in self.carried_over if not one.worse),
            carried_over=self.carried_over,
            pictures=self.pictures,
            copy_detectors=self.copy_detectors,
        )

    @property
    def chosen(self) -> HeldOutSet:
        """The test set, or the one that the studio proposes."""
        return self.test_set.chosen or self.test_set.proposed[0]

    @cached_property
    def prompts(self) -> tuple[MeasuredPrompt, ...]:
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

        Of two detectors the one that the first round's candidates are judged by. The prompts alone where
        some pictures were not compared with the reference, so that no two rounds are compared by different
        flags.
        """
        project = self.test_set.project
        if project.project.described:
            return "none"
        if not self.have_all(SHOWN):
            return "prompts"
        setting = project.project.settings.gal.copy_detectors
        trained = (each for each in project.rounds if each.round.kind == "fine_tune")
        sole = next((one.sole_detector for each in trained for one in each.tiles), None)
        return sole if sole and setting == "both" else setting

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

    @cached_property
    def pictures(self) -> tuple[MeasuredPicture, ...]:
        return self.judged(self.test_set.pictures)

    def judged(self, pictures: tuple[MeasuredPicture, ...]) -> tuple[MeasuredPicture, ...]:
        """Pictures by the detectors that all of them are compared by."""
        judged = tuple(picture.judged_by(self.copy_detectors) for picture in pictures)
        return judged if self.have_all(CHANCE) else tuple(one.without_chance() for one in judged)

    @cached_property
    def arms(self) -> Mapping[str | None, Arm]:
        """The base model and each round that is not archived, with their pictures of the prompts in use."""
        return self.arms_of(self.pictures)

    @cached_property
    def carried_over(self) -> tuple[CarryOver, ...]:
        """How the rounds that were drawn with and without the fast model compare."""
        if not self.test_set.in_full:
            return ()
        project, full = self.test_set.project.project, self.arms_of(self.judged(self.test_set.in_full))
        words = project.settings.generation.fast_words
        found = (carry_over(arm, full[name], words, project.kind) for name, arm in self.arms.items())
        return tuple(one for one in found if one is not None)

    @property
    def fast_warnings(self) -> Iterator[Caution]:
        return (Caution(one.round, "fast", one.sentence) for one in self.carried_over if one.worse)

    def arms_of(self, pictures: tuple[MeasuredPicture, ...]) -> Mapping[str | None, Arm]:
        """The base model and each round that is not archived, with these pictures of the prompts in use."""
        project = self.test_set.project
        names: dict[str | None, str] = {None: BASE_NAME}
        names.update(round_names([one.round for one in project.rounds]))
        known = {prompt.id: prompt for prompt in self.prompts}
        drawn: dict[str | None, dict[Part, dict[Key, MeasuredPicture]]] = {}
        for picture in pictures:
            prompt = known.get(picture.prompt_id)
            if prompt and picture.candidate.index < pictures_of(prompt.part, self.chosen):
                place = prompt.prompt, picture.candidate.index
                drawn.setdefault(picture.round_id, {}).setdefault(prompt.part, {})[place] = picture
        arms = []
        for here in (None, *project.shown):
            name = None if here is None else here.id
            parts = drawn.get(name, {})
            arms.append(
                Arm(
                    name,
                    names[name],
                    None if here is None else here.round.parent_id,
                    parts,
                    complete=len(parts.get("held_out", {})) == self.wanted > 0,
                    learned=None if here is None else self.learned(here),
                    diverged=here is not None and here.check.diverged,
                    instant=here is not None and here.round.kind == "instant",
                    given=here is not None and bool(here.round.source),
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
        """The report of each complete arm."""
        complete = {name: arm for name, arm in self.arms.items() if arm.complete}
        return {
            name: report(
                arm,
                None if name is None else complete.get(arm.before),
                complete.get(None),
                self.test_set.named.kind,
                _first_above(self.arms, name),
            )
            for name, arm in complete.items()
        }

    @property
    def rounds(self) -> tuple[MeasuredRound, ...]:
        project = self.test_set.project
        return tuple(
            MeasuredRound(
                id=name,
                name=arm.name,
                parent_id=arm.before,
                trained=name is None or project.round(name).round.adapter is not None,
                drawn=len(arm.part("held_out")),
                wanted=self.wanted,
                report=self.reports.get(name),
            )
            for name, arm in self.arms.items()
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Held-out prompts that became test prompts since, so that they count no more."""
        enabled = {prompt.id for prompt in self.test_set.enabled}
        return tuple(
            prompt.prompt
            for prompt in self.test_set.all_prompts
            if prompt.enabled and prompt.part == "held_out" and prompt.id not in enabled
        )


def _first_above(arms: Mapping[str | None, Arm], name: str | None) -> Arm | None:
    """The first measured round of a round's line, None if that is the round itself."""
    line = []
    while name is not None and name in arms:
        line.append(arms[name])
        name = arms[name].before
    measured = [arm for arm in line if arm.complete]
    return measured[-1] if len(measured) > 1 else None
