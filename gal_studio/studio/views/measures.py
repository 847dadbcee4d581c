"""The view of a project's test set: what each round was measured to be, which one is best, what is wrong."""

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy

from gal_studio.core.intervals import Interval
from gal_studio.core.measures.compare import Key, lead
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Part
from gal_studio.core.measures.report import Arm, Report, beside_base, report
from gal_studio.core.measures.verdict import Caution, Verdict, find_best, find_warnings
from gal_studio.core.naming import numbered_names, round_names
from gal_studio.core.seeds import generator
from gal_studio.core.types import SHOWN, Round, Witnesses
from gal_studio.rounds import test_set
from gal_studio.state import Store
from gal_studio.state.tables.measures import HeldOutSet

BASE_NAME = "Base model"


@dataclass(frozen=True)
class MeasuredRound:
    """A round, or the base model (`id` None), with how much of the test set it has drawn.

    `report` is None until all held-out prompts are drawn. `is_plain` says of a round that it was trained on
    the references alone.
    """

    id: str | None
    name: str
    parent: str | None
    is_plain: bool
    trained: bool
    drawn: int
    wanted: int
    report: Report | None


@dataclass(frozen=True)
class MeasuresView:
    """Everything that is measured of a project; `is_chosen` is False while the set is only proposed.

    `left_out` are held-out prompts that became test prompts since, `asking` those that ask for what the
    references show; neither counts.
    """

    chosen: HeldOutSet
    is_chosen: bool
    prompts: tuple[MeasuredPrompt, ...]
    left_out: tuple[str, ...]
    asking: tuple[str, ...]
    called: str
    rounds: tuple[MeasuredRound, ...]
    verdict: Verdict
    warnings: tuple[Caution, ...]
    pictures: tuple[MeasuredPicture, ...]
    witnesses: Witnesses


def measures_view(store: Store, project_id: str) -> MeasuresView:
    """The test set of a project, measured round by round, the base model first."""
    chosen = store.measures.held_out_set(project_id)
    proposed, held_out = test_set.proposed(store, project_id)
    prompts = test_set.prompts_in_use(store, project_id)
    if chosen is None:
        prompts = tuple(MeasuredPrompt("", "held_out", prompt, n) for n, prompt in enumerate(held_out))
    witnesses = _witnesses(store, project_id, {prompt.id for prompt in prompts})
    pictures = tuple(picture.judged_by(witnesses) for picture in store.measures.pictures(project_id))
    arms = _arms(store, project_id, chosen or proposed, prompts, pictures)
    seed = store.projects.get(project_id).seed
    asking = test_set.asking_for_references(store, project_id)
    numbered: dict[str | None, str] = {None: BASE_NAME}
    numbered.update(numbered_names(store.rounds.of_project(project_id)))
    reports = _reports(seed, arms, numbered)
    base = reports.get(None)
    named = store.projects.prompts(project_id)
    called = named.name if named.kind == "style" else " ".join(named.trigger_words)
    measured = tuple(reports.values())

    def ahead(first: Report, second: Report) -> Interval | None:
        assert base is not None
        rng = _rng(seed, numbered[first.arm.id], f"lead over {numbered[second.arm.id]}")
        drawn = [each.arm.part("held_out") for each in (base, first, second)]
        return lead((drawn[0], drawn[1], drawn[2]), rng)

    return MeasuresView(
        chosen=chosen or proposed,
        is_chosen=chosen is not None,
        prompts=prompts,
        left_out=_left_out(store, project_id),
        asking=asking,
        called=called,
        rounds=_rounds(store, project_id, arms, reports, chosen or proposed, prompts),
        verdict=find_best(measured, base, ahead),
        warnings=find_warnings(measured, called),
        pictures=pictures,
        witnesses=witnesses,
    )


def _witnesses(store: Store, project_id: str, prompts: Collection[str]) -> Witnesses:
    """What finds copies in all pictures of these prompts alike: the setting of the project.

    The prompts alone where some pictures were not compared with the reference, so that no two rounds are
    compared by different flags.
    """
    rounds = {None, *(round_.id for round_ in store.rounds.shown(project_id))}
    compared = all(
        picture.candidate.score(SHOWN) is not None
        for picture in store.measures.pictures(project_id)
        if picture.prompt_id in prompts and picture.round_id in rounds
    )
    return store.projects.get(project_id).settings.gal.witnesses if compared else "prompts"


def _arms(
    store: Store,
    project_id: str,
    chosen: HeldOutSet,
    prompts: Iterable[MeasuredPrompt],
    pictures: Iterable[MeasuredPicture],
) -> dict[str | None, Arm]:
    """The base model and each round that is not archived, with their pictures of the prompts in use."""
    rounds = store.rounds.shown(project_id)
    names: dict[str | None, str] = {None: BASE_NAME}
    names.update(round_names(store.rounds.of_project(project_id)))
    befores: dict[str | None, str | None] = {None: None, **{each.id: each.parent_id for each in rounds}}
    known = {prompt.id: prompt for prompt in prompts}
    drawn: dict[str | None, dict[Part, dict[Key, MeasuredPicture]]] = {}
    for picture in pictures:
        prompt = known.get(picture.prompt_id)
        if prompt and picture.candidate.index < test_set.pictures_of(prompt.part, chosen):
            place = prompt.prompt, picture.candidate.index
            drawn.setdefault(picture.round_id, {}).setdefault(prompt.part, {})[place] = picture
    wanted = _wanted(chosen, known.values())
    arms = [
        Arm(
            name, names[name], befores[name], parts := drawn.get(name, {}),
            complete=len(parts.get("held_out", {})) == wanted > 0,
            learned=None if name is None else _learned(store, name),
        )
        for name in befores
    ]  # fmt: skip
    return {arm.id: arm for arm in beside_base(arms)}


def _learned(store: Store, round_id: str) -> frozenset[str]:
    """The accepted prompts of a round's training; by its ancestors' decisions if an older version made it."""
    trained = store.rounds.training_set(round_id)
    if not trained:
        return frozenset(test_set.accepted_prompts(store, round_id))
    return frozenset(example.prompt for example in trained if not example.is_reference)


def _wanted(chosen: HeldOutSet, prompts: Iterable[MeasuredPrompt]) -> int:
    return chosen.seeds * sum(prompt.part == "held_out" for prompt in prompts)


def _reports(
    seed: int, arms: Mapping[str | None, Arm], numbered: Mapping[str | None, str]
) -> dict[str | None, Report]:
    """The report of each complete arm; its intervals stay the same when a round is renamed."""

    def complete(name: str | None) -> Arm | None:
        return arms[name] if arms[name].complete else None

    return {
        name: report(
            arm,
            None if name is None else complete(arm.before),
            complete(None),
            functools.partial(_rng, seed, numbered[arm.id]),
        )
        for name, arm in arms.items()
        if arm.complete
    }


def _rng(seed: int, arm: str, what: str) -> numpy.random.Generator:
    """The same figures give the same interval at every look."""
    return generator(seed, "test set", arm, what)


def _rounds(
    store: Store,
    project_id: str,
    arms: Mapping[str | None, Arm],
    reports: Mapping[str | None, Report],
    chosen: HeldOutSet,
    prompts: Iterable[MeasuredPrompt],
) -> tuple[MeasuredRound, ...]:
    rounds: dict[str | None, Round] = {each.id: each for each in store.rounds.shown(project_id)}
    wanted = _wanted(chosen, prompts)
    return tuple(
        MeasuredRound(
            id=name,
            name=arm.name,
            parent=arm.before,
            is_plain=name in rounds and _is_plain(store, rounds[name]),
            trained=name is None or rounds[name].adapter is not None,
            drawn=len(arm.part("held_out")),
            wanted=wanted,
            report=reports.get(name),
        )
        for name, arm in arms.items()
    )


def _is_plain(store: Store, round_: Round) -> bool:
    """Whether a round was trained on the references alone: plain fine-tuning."""
    examples = store.rounds.training_set(round_.id)
    return round_.kind == "fine_tune" and all(example.is_reference for example in examples)


def _left_out(store: Store, project_id: str) -> tuple[str, ...]:
    """Held-out prompts that became test prompts since, so that they count no more."""
    enabled = {prompt.id for prompt in test_set.enabled_prompts(store, project_id)}
    return tuple(
        prompt.prompt
        for prompt in store.measures.prompts(project_id)
        if prompt.enabled and prompt.part == "held_out" and prompt.id not in enabled
    )
