"""The fixed test set: which pictures a round is measured on, and which are missing."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gal_studio.assets import load_held_out
from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Part, When
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.references import Prompts, parse_prompts
from gal_studio.core.seeds import named_seed
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.types import Reference
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.measures import HeldOutSet

HELD_OUT = 12
"""Held-out prompts of a test set that the studio chooses."""
FEWEST = 6
"""So many of them, also if a reference's prompt answers some."""
PICTURES = 24
"""Pictures of held-out prompts that it aims at."""
MOST_ACCEPTED = 12
"""Accepted prompts that a round is measured on."""
_LITTLE = frozenset(("a", "an", "the", "in", "on", "at", "by"))


def _told(prompt: str) -> frozenset[str]:
    """The words of a prompt or template that name something."""
    return frozenset(re.findall(r"\w+", prompt.lower())) - _LITTLE


@dataclass(frozen=True)
class PlannedPicture:
    """A picture to draw for a prompt of the test set, by a round or by the base model (`round_id` None).

    Where the project generates with a fast model or a speed LoRA, those `in_full` are drawn without it.
    `recipe` is the strength schedule of the round's LoRA.
    """

    prompt: MeasuredPrompt
    round_id: str | None
    number: int
    in_full: bool = False
    recipe: Recipe = AS_TRAINED

    def seed(self, project_seed: int) -> int:
        """The seed of the picture, which is the same for every round."""
        return named_seed(project_seed, "test set", self.prompt.prompt, self.number)


@dataclass(frozen=True, kw_only=True, eq=False)
class TestSet:
    """The test set of a project as it stands: `chosen` is None before it was; `all_prompts` has disabled
    ones.

    `pictures` are those of the base model and of the present trainings of the rounds, as the project
    generates now; where that is with a fast model or a speed LoRA, `in_full` are those drawn without it.
    """

    __test__ = False  # it is no test of pytest

    project: ProjectSnapshot
    references: tuple[Reference, ...]
    chosen: HeldOutSet | None
    all_prompts: tuple[MeasuredPrompt, ...]
    pictures: tuple[MeasuredPicture, ...]
    in_full: tuple[MeasuredPicture, ...] = ()

    @cached_property
    def named(self) -> Prompts:
        """The project's prompts, parsed."""
        own = self.project.project
        return parse_prompts(own.kind, self.references, own.described, own.trigger_word)

    @cached_property
    def not_held_out(self) -> frozenset[str]:
        """The prompts of anchors and references."""
        own = {anchor.prompt for anchor in self.project.anchors} | {self.project.project.described}
        return frozenset(own | {reference.prompt for reference in self.references})

    @cached_property
    def proposed(self) -> tuple[HeldOutSet, tuple[str, ...]]:
        """The test set that the studio chooses: bundled held-out prompts, drawn as the project draws.

        One that a reference's prompt answers ("on a beach", "on the beach") is left out, as its images would
        rightly look like that reference, unless fewer than `FEWEST` would remain.
        """
        project = self.project.project
        told = [_told(reference.prompt) for reference in self.references]
        known: dict[str, bool] = {}
        for template in load_held_out(project.kind):
            (prompt,) = self.named.expand((template,))
            if prompt not in self.not_held_out:
                known[prompt] = any(_told(template) <= words for words in told)
        count = max(FEWEST, sum(not each for each in known.values()))
        chosen = tuple(sorted(known, key=known.__getitem__)[: min(count, HELD_OUT)])
        drawing, seeds = project.settings.generation, math.ceil(PICTURES / max(1, len(chosen)))
        return HeldOutSet(seeds, drawing.steps, drawing.guidance_scale, drawing.resolution), chosen

    @cached_property
    def enabled(self) -> tuple[MeasuredPrompt, ...]:
        """The enabled prompts; one that became an anchor since is held out no more."""
        return tuple(
            prompt
            for prompt in self.all_prompts
            if prompt.enabled and not (prompt.part == "held_out" and prompt.prompt in self.not_held_out)
        )

    @cached_property
    def in_use(self) -> tuple[MeasuredPrompt, ...]:
        """The enabled prompts without those that ask for what the references show, and their plain ones."""
        plain = {self.named.without_name(prompt) for prompt in self.asking}
        left_out = {"held_out": self.asking, "plain": plain, "accepted": set[str]()}
        return tuple(each for each in self.enabled if each.prompt not in left_out[each.part])

    @cached_property
    def asking(self) -> tuple[str, ...]:
        """The held-out prompts whose pictures by the base model all show the reference (`SHOWN`).

        What was never learned cannot be a copy: such a prompt asks for the place that an object's references
        show, and a round that draws it has only done so. None if no held-out prompt would remain. `proposed`
        knows only words, since nothing is generated yet; this finds what they do not say.
        """
        chosen = self.chosen
        if chosen is None or self.project.project.copy_detectors in ("prompts", "none"):
            return ()
        shown: dict[str, list[bool]] = {}
        for picture in self.pictures:
            if picture.round_id is None and picture.candidate.index < chosen.seeds:
                shown.setdefault(picture.prompt_id, []).append(bool(picture.candidate.overfit_by_picture))
        held_out = [each for each in self.enabled if each.part == "held_out"]
        asking = [each for each in held_out if shown.get(each.id) == [True] * chosen.seeds]
        return tuple(each.prompt for each in asking) if len(asking) < len(held_out) else ()


@dataclass(frozen=True, eq=False)
class RoundTest:
    """The test of a round; `drawable` are those of it and its parent whose adapters are in the workspace."""

    test_set: TestSet
    here: RoundSnapshot
    drawable: frozenset[str]

    @cached_property
    def wanted(self) -> tuple[PlannedPicture, ...]:
        """All pictures that the measurement of a round needs, the base model's first.

        The base model and the round draw the whole set; the round before draws what was accepted in it, so
        that the difference is known there too. By its best schedule the round draws the held-out prompts
        again.
        """
        chosen, learned = self.test_set.chosen, accepted_prompts(self.here)
        if chosen is None or self.here.round.copy_of:  # a copy is measured with the round that it copies
            return ()
        prompts = self.test_set.in_use
        held_out = [prompt for prompt in prompts if prompt.part == "held_out"]
        accepted = [prompt for prompt in prompts if prompt.part == "accepted" and prompt.prompt in learned]
        whole = [*(prompt for prompt in prompts if prompt.part != "accepted"), *accepted]
        before = self.here.parent.original.id if self.here.parent else None
        return (
            *_planned(chosen, None, whole),
            *(_planned(chosen, before, accepted) if before in self.drawable else ()),
            *_planned(chosen, self.here.id, whole),
            *(() if self.schedule is None else _planned(chosen, self.here.id, held_out, self.schedule)),
            *(self._in_full(chosen, held_out) if self.carries_over_here else ()),
        )

    @cached_property
    def schedule(self) -> Recipe | None:
        """The schedule by which the round is measured beside full strength; None where that is its best."""
        return measured_schedule(self.here)

    @property
    def carries_over_here(self) -> bool:
        """Whether this round tells how its LoRA carries over to the fast model: the first that is measured.

        So are those that were drawn without it before.
        """
        if not self.test_set.project.project.settings.generation.is_fast:
            return False
        known = {one.round_id for one in self.test_set.in_full} - {None}
        return not known or self.here.id in known

    def _in_full(self, chosen: HeldOutSet, held_out: Sequence[MeasuredPrompt]) -> Iterator[PlannedPicture]:
        """The held-out pictures of the base model and of the round without the fast model."""
        for round_id in (None, self.here.id):
            for planned in _planned(chosen, round_id, held_out):
                yield replace(planned, in_full=True)

    @cached_property
    def missing(self) -> tuple[PlannedPicture, ...]:
        """The pictures that the measurement still lacks."""
        drawn = {
            (in_full, picture.round_id, picture.prompt_id, picture.candidate.index, picture.candidate.recipe)
            for in_full, pictures in ((False, self.test_set.pictures), (True, self.test_set.in_full))
            for picture in pictures
        }
        return tuple(
            planned
            for planned in self.wanted
            if (planned.in_full, planned.round_id, planned.prompt.id, planned.number, planned.recipe)
            not in drawn
        )


def load(store: Store, project: ProjectSnapshot) -> TestSet:
    """The test set of a project, in four statements."""
    project_id = project.project.id
    pictures, by = store.measures.pictures(project_id), project.project.settings.generation.drawn_by
    return TestSet(
        project=project,
        references=store.projects.references(project_id),
        chosen=store.measures.held_out_set(project_id),
        all_prompts=store.measures.prompts(project_id),
        pictures=tuple(one for one in pictures if one.drawn_by == by),
        in_full=tuple(one for one in pictures if not one.drawn_by) if by else (),
    )


def prepare(store: Store, of: str | RoundSnapshot) -> RoundTest:
    """The test of a round, by its ID or as it stands in the open transaction.

    The set is chosen if it was not, and prompts accepted since are added to it.
    """
    with store.database.transaction():
        here = store.snapshots.round(of) if isinstance(of, str) else of
        project_id, learned = here.project.project.id, accepted_prompts(here)
        test_set = chosen_set(store, here.project)
        if not {each.prompt for each in test_set.all_prompts if each.part == "accepted"}.issuperset(learned):
            store.measures.add_prompts(project_id, "accepted", learned)
            test_set = replace(test_set, all_prompts=store.measures.prompts(project_id))
    line = (here, here.parent and here.parent.original)
    adapters = {each.id: each.round.adapter for each in line if each is not None}
    drawable = (name for name, adapter in adapters.items() if adapter and store.adapters.has(adapter))
    return RoundTest(test_set, here, frozenset(drawable))


def can_measure() -> bool:
    """Whether rounds can be measured here."""
    return "measure" in JOB_KINDS


def lacks(store: Store, round_id: str) -> bool:
    """Whether a round is still to be measured, where that can be done."""
    return can_measure() and bool(prepare(store, round_id).missing)


def ensure(store: Store, project: ProjectSnapshot) -> HeldOutSet:
    """How the test set of a project is drawn; chosen and stored when it is needed first."""
    chosen = chosen_set(store, project).chosen
    assert chosen is not None
    return chosen


def chosen_set(store: Store, project: ProjectSnapshot) -> TestSet:
    """The test set of a project, chosen and stored when it is needed first."""
    with store.database.transaction():
        test_set = load(store, project)
        if test_set.chosen is None:
            chosen, held_out = test_set.proposed
            set_prompts(store, test_set, held_out)
            store.measures.choose(project.project.id, chosen)
            prompts = store.measures.prompts(project.project.id)
            test_set = replace(test_set, chosen=chosen, all_prompts=prompts)
    return test_set


def set_when(store: Store, project: ProjectSnapshot, when: When) -> None:
    """Choose whether new rounds are measured without being asked."""
    with store.database.transaction():
        store.measures.choose(project.project.id, replace(ensure(store, project), measured=when))


def set_prompts(store: Store, test_set: TestSet, held_out: Sequence[str]) -> None:
    """Use these held-out prompts, and the same ones without what calls the subject."""
    project_id = test_set.project.project.id
    plain = [each for each in (test_set.named.without_name(prompt) for prompt in held_out) if each]
    parts: tuple[tuple[Part, Sequence[str]], ...] = (("held_out", held_out), ("plain", plain))
    for part, texts in parts:
        store.measures.add_prompts(project_id, part, texts)
        store.measures.keep_only(project_id, part, texts)


def measured_schedule(here: RoundSnapshot) -> Recipe | None:
    """The best schedule of a round (Eq. G18), by which it is measured beside full strength.

    None where full strength is the best, and without references: no round is the best there.
    """
    if here.copy_detectors == "none" or here.best_recipe == AS_TRAINED:
        return None
    return here.best_recipe


def accepted_prompts(here: RoundSnapshot) -> tuple[str, ...]:
    """The anchors' prompts of the pictures that a round is trained on, at most the newest ones."""
    learned = [example.prompt for example in lineage.inherited_examples(here)]
    return tuple(dict.fromkeys(learned[::-1]))[:MOST_ACCEPTED]


def _planned(
    chosen: HeldOutSet,
    round_id: str | None,
    prompts: Sequence[MeasuredPrompt],
    recipe: Recipe = AS_TRAINED,
) -> Iterator[PlannedPicture]:
    for prompt in prompts:
        for number in range(pictures_of(prompt.part, chosen)):
            yield PlannedPicture(prompt, round_id, number, recipe=recipe)


def pictures_of(part: Part, chosen: HeldOutSet) -> int:
    """The number of pictures of each prompt of a part."""
    return 1 if part == "plain" else chosen.seeds
