"""The fixed test set: which pictures a round is measured on, which are missing, and when they are drawn."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gal_studio.assets import load_held_out
from gal_studio.core.errors import StudioError
from gal_studio.core.measures.pictures import MeasuredPicture, MeasuredPrompt, Part, When
from gal_studio.core.prompts import plain_prompt, tidy
from gal_studio.core.references import Prompts
from gal_studio.core.seeds import named_seed
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.measures import HeldOutSet

HELD_OUT = 12
"""Held-out prompts of a test set that the studio chooses."""
PICTURES = 24
"""Pictures of held-out prompts that it aims at."""
MOST_PROMPTS, MOST_SEEDS, MOST_ACCEPTED = 100, 20, 12
SHARE_OF_A_ROUND = 1 / 3
"""A round is measured by itself if that takes at most this share of the round's own time."""


@dataclass(frozen=True)
class PlannedPicture:
    """A picture to draw for a prompt of the test set, by a round or by the base model (`round_id` None)."""

    prompt: MeasuredPrompt
    round_id: str | None
    number: int

    def seed(self, project_seed: int) -> int:
        """The seed of the picture, which is the same for every round."""
        return named_seed(project_seed, "test set", self.prompt.prompt, self.number)


def proposed(store: Store, project_id: str) -> tuple[HeldOutSet, tuple[str, ...]]:
    """The test set that the studio chooses: bundled held-out prompts, drawn as the project draws."""
    project = store.projects.get(project_id)
    taken = _not_held_out(store, project_id)
    prompts = store.projects.prompts(project_id).expand(load_held_out(project.kind))
    chosen = tuple(prompt for prompt in prompts if prompt not in taken)[:HELD_OUT]
    drawing = project.settings.generation
    seeds = math.ceil(PICTURES / max(1, len(chosen)))
    return HeldOutSet(seeds, drawing.steps, drawing.guidance_scale, drawing.resolution), chosen


def ensure(store: Store, project_id: str) -> HeldOutSet:
    """The test set of a project; chosen and stored when it is needed first."""
    chosen = store.measures.held_out_set(project_id)
    if chosen is not None:
        return chosen
    with store.database.transaction():
        meanwhile = store.measures.held_out_set(project_id)
        if meanwhile is not None:
            return meanwhile
        chosen, held_out = proposed(store, project_id)
        _set_prompts(store, project_id, held_out)
        store.measures.choose(project_id, chosen)
    return chosen


def change(store: Store, project_id: str, templates: list[str], seeds: int) -> None:
    """Choose other held-out prompts, and how many pictures of each; pictures of removed prompts stay."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise StudioError(
            f"Pictures of each benchmark prompt is {seeds}: choose a whole number from 1 to {MOST_SEEDS}."
        )
    with store.database.transaction():
        chosen, prompts = ensure(store, project_id), store.projects.prompts(project_id)
        wanted = prompts.expand([line for line in templates if line.strip()])
        if len(wanted) > MOST_PROMPTS:
            raise StudioError(f"The benchmark has {len(wanted)} prompts: use at most {MOST_PROMPTS}.")
        seen = [prompt for prompt in wanted if prompt in _not_held_out(store, project_id)]
        if seen:
            raise StudioError(
                f"{seen[0]!r} is a test prompt or a reference’s prompt, so it cannot be in the benchmark: "
                "choose another one."
            )
        _set_prompts(store, project_id, wanted)
        store.measures.choose(project_id, replace(chosen, seeds=seeds))


def set_when(store: Store, project_id: str, when: When) -> None:
    """Choose whether new rounds are measured without being asked."""
    with store.database.transaction():
        store.measures.choose(project_id, replace(ensure(store, project_id), measured=when))


def without_subject(prompts: Prompts, prompt: str) -> str:
    """A prompt without what calls the subject: without the style's words, or without the trigger words."""
    if prompts.kind == "style":
        return tidy(prompt.replace(prompts.name, " "))
    for word in prompts.trigger_words:
        prompt = plain_prompt(prompt, word)
    return prompt


def _set_prompts(store: Store, project_id: str, held_out: Sequence[str]) -> None:
    """Use these held-out prompts, and the same ones without what calls the subject."""
    prompts = store.projects.prompts(project_id)
    plain = [each for each in (without_subject(prompts, prompt) for prompt in held_out) if each]
    parts: tuple[tuple[Part, Sequence[str]], ...] = (("held_out", held_out), ("plain", plain))
    for part, texts in parts:
        store.measures.add_prompts(project_id, part, texts)
        store.measures.keep_only(project_id, part, texts)


def _not_held_out(store: Store, project_id: str) -> frozenset[str]:
    """The prompts of anchors and references."""
    anchors = {anchor.prompt for anchor in store.projects.anchors(project_id)}
    return frozenset(anchors | {reference.prompt for reference in store.projects.references(project_id)})


def enabled_prompts(store: Store, project_id: str) -> tuple[MeasuredPrompt, ...]:
    """The enabled prompts of the test set; one that became an anchor since is held out no more."""
    taken = _not_held_out(store, project_id)
    return tuple(
        prompt
        for prompt in store.measures.prompts(project_id)
        if prompt.enabled and not (prompt.part == "held_out" and prompt.prompt in taken)
    )


def prompts_in_use(store: Store, project_id: str) -> tuple[MeasuredPrompt, ...]:
    """The enabled prompts without those that ask for what the references show, and their plain ones."""
    asking = asking_for_references(store, project_id)
    named = store.projects.prompts(project_id)
    plain = {without_subject(named, prompt) for prompt in asking}
    left_out = {"held_out": asking, "plain": plain, "accepted": set[str]()}
    return tuple(
        each for each in enabled_prompts(store, project_id) if each.prompt not in left_out[each.part]
    )


def asking_for_references(store: Store, project_id: str) -> tuple[str, ...]:
    """The held-out prompts whose pictures by the base model all show the reference by Eq. G11.

    What was never learned cannot be a copy: such a prompt asks for the place that an object's references
    show, and a round that draws it has only done so. None if no held-out prompt would remain.
    """
    chosen = store.measures.held_out_set(project_id)
    if chosen is None or store.projects.get(project_id).settings.gal.witnesses == "prompts":
        return ()
    shown: dict[str, list[bool]] = {}
    for picture in store.measures.pictures(project_id):
        if picture.round_id is None and picture.candidate.index < chosen.seeds:
            shown.setdefault(picture.prompt_id, []).append(bool(picture.candidate.overfit_by_picture))
    held_out = [each for each in enabled_prompts(store, project_id) if each.part == "held_out"]
    asking = [each for each in held_out if shown.get(each.id) == [True] * chosen.seeds]
    return tuple(each.prompt for each in asking) if len(asking) < len(held_out) else ()


def accepted_prompts(store: Store, round_id: str) -> tuple[str, ...]:
    """The anchors' prompts of the pictures that a round is trained on, at most the newest ones."""
    project_id = store.rounds.get(round_id).project_id
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(project_id)}
    learned = [
        prompts[chosen.anchor_id]
        for above in lineage.rounds_above(store, round_id)
        for chosen in lineage.accepted_candidates(store, above.id)
    ]
    return tuple(dict.fromkeys(learned[::-1]))[:MOST_ACCEPTED]


def wanted(store: Store, round_id: str) -> tuple[PlannedPicture, ...]:
    """All pictures that the measurement of a round needs, the base model's first.

    The base model and the round draw the whole set; the round before draws what was accepted in it, so that
    the difference is known there too. Prompts that were accepted since are added to the set.
    """
    round_ = store.rounds.get(round_id)
    project_id, before = round_.project_id, round_.parent_id
    chosen, learned = ensure(store, project_id), accepted_prompts(store, round_id)
    known = {prompt.prompt for prompt in store.measures.prompts(project_id) if prompt.part == "accepted"}
    if not known.issuperset(learned):
        store.measures.add_prompts(project_id, "accepted", learned)
    prompts = prompts_in_use(store, project_id)
    accepted = [prompt for prompt in prompts if prompt.part == "accepted" and prompt.prompt in learned]
    whole = [*(prompt for prompt in prompts if prompt.part != "accepted"), *accepted]
    planned = [*_planned(store, chosen, None, whole)]
    if before is not None and _can_draw(store, before):
        planned += _planned(store, chosen, before, accepted)
    return (*planned, *_planned(store, chosen, round_id, whole))


def _planned(
    store: Store, chosen: HeldOutSet, round_id: str | None, prompts: Sequence[MeasuredPrompt]
) -> Iterator[PlannedPicture]:
    for prompt in prompts:
        for number in range(pictures_of(prompt.part, chosen)):
            yield PlannedPicture(prompt, round_id, number)


def pictures_of(part: Part, chosen: HeldOutSet) -> int:
    """The number of pictures of each prompt of a part."""
    return 1 if part == "plain" else chosen.seeds


def missing(store: Store, round_id: str) -> tuple[PlannedPicture, ...]:
    """The pictures that the measurement of a round still lacks."""
    project_id = store.rounds.get(round_id).project_id
    drawn = {_place(picture) for picture in store.measures.pictures(project_id)}
    return tuple(
        planned
        for planned in wanted(store, round_id)
        if (planned.round_id, planned.prompt.id, planned.number) not in drawn
    )


def seconds_to_measure(store: Store, round_id: str) -> float | None:
    """How long the missing pictures will take, by the speed of the round's own; None if that is unknown."""
    spent, drawn = store.rounds.seconds(round_id), store.candidates.count(round_id)
    if not drawn or not spent.get("generate"):
        return None
    return len(missing(store, round_id)) * (spent["generate"] + spent.get("embed", 0.0)) / drawn


def is_wanted(store: Store, round_id: str) -> bool:
    """Whether a round is to be measured when all of it is asked for, trained by then."""
    chosen = store.measures.held_out_set(store.rounds.get(round_id).project_id)
    return not (chosen and chosen.measured == "never") and bool(missing(store, round_id))


def is_due(store: Store, round_id: str) -> bool:
    """Whether a round that has its candidates is measured without being asked."""
    chosen = store.measures.held_out_set(store.rounds.get(round_id).project_id)
    when = chosen.measured if chosen else "auto"
    if when == "never" or not _can_draw(store, round_id) or not missing(store, round_id):
        return False
    cost = seconds_to_measure(store, round_id)
    spent = sum(seconds for phase, seconds in store.rounds.seconds(round_id).items() if phase != "measure")
    return when == "always" or (cost is not None and cost <= SHARE_OF_A_ROUND * spent)


def _can_draw(store: Store, round_id: str) -> bool:
    adapter = store.rounds.get(round_id).adapter
    return adapter is not None and store.adapters.has(adapter)


def _place(picture: MeasuredPicture) -> tuple[str | None, str, int]:
    return picture.round_id, picture.prompt_id, picture.candidate.index
