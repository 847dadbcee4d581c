"""What is asked of features where a rule of the studio depends on rows that only they read."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gal_studio.core import features
from gal_studio.core.recipe import StoredRecipe
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.core.variants.variant import Action, Variant
from gal_studio.state.store import Store


@dataclass(frozen=True)
class Drawn:
    """What a picture is generated with, by the LoRA of its round, or by `lora` (a hash), kept of a `step`.

    The LoRA draws it by the `recipe` (Eq. G13). `negative` is what guidance leads away from; "" is the
    model's own unconditional text.
    """

    round_id: str
    prompt: str
    seed: int
    guidance_scale: float
    recipe: StoredRecipe
    negative: str = field(default="", kw_only=True)
    step: int | None = field(default=None, kw_only=True)
    lora: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Download:
    """A file of a round in a form, by its address, and what was checked of it."""

    form: str
    file: str
    checked: str


@dataclass(frozen=True)
class Hooks:
    """The answers of one feature, `HOOKS` in its `hooks.py`.

    `by_hand` says why a person changes nothing in a project, empty where they may.
    `rows` are its records of a project: read before an archive is imported and by the doctor, to find damage.
    `drawn` says what a candidate was generated with that the feature made. `waiting` says by the kind of a
    job what of a round is still to be made: what was asked for after the job had last looked runs it again.
    One that `gives_references` makes and generates rounds with the references, in place of a LoRA.
    `run` queues, by the kind of a training that the feature does, all that a round lacks; `after_training`
    queues what follows a training that was queued; `missing` queues what a round lacks besides its training
    and its images, when all of it is asked for; `downloads` are files of a round. They get the studio.
    `actions` are buttons of rounds, by the name of their variant; `closed` says of those that do nothing in a
    round why, and what to do instead. It is told whether all images of the round are there. `guide` says the
    same of a round that the feature trains, with the action that comes next in it ("" where the rules of all
    rounds say it).
    """

    by_hand: Callable[[Store, str], str] = lambda *_: ""
    rows: Callable[[Store, str], Iterable[object]] = lambda *_: ()
    drawn: Callable[[Store, str], Drawn | None] = lambda *_: None
    waiting: Mapping[str, Callable[[Store, str], Sequence[object]]] = field(default_factory=dict)
    gives_references: bool = False
    run: Mapping[str, Callable[[Any, str], tuple[Job, ...]]] = field(default_factory=dict)
    after_training: Callable[[Any, RoundSnapshot], None] = lambda *_: None
    missing: Callable[[Any, RoundSnapshot], tuple[Job, ...]] = lambda *_: ()
    downloads: Callable[[Any, str], Iterable[Download]] = lambda *_: ()
    actions: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    closed: Callable[[RoundSnapshot, bool], Mapping[Action, str]] = lambda *_: {}
    guide: Callable[[Store, RoundSnapshot], tuple[Action, Mapping[Action, str]]] = lambda *_: ("", {})


@functools.cache
def all_hooks() -> tuple[Hooks, ...]:
    """Those of all features."""
    return tuple(found for file in features.modules("hooks") if isinstance(found := file.HOOKS, Hooks))


def why_not_by_hand(store: Store, project_id: str) -> str:
    """Why a person changes nothing in a project, and what to do instead; empty where they may."""
    return next(filter(None, (hooks.by_hand(store, project_id) for hooks in all_hooks())), "")


def gives_references() -> bool:
    """Whether rounds can be generated with the references here."""
    return any(hooks.gives_references for hooks in all_hooks())


def why_not_generated(round_: Round) -> str:
    """Why a stored round is only to be looked at and learned from, in a studio without its feature."""
    if not round_.variant.with_references or gives_references():
        return ""
    return (
        f"Round {round_.number} is generated with the references, without training, which this studio cannot "
        "do: accept images of it, or go on to the next round."
    )


def actions_of(variant: Variant) -> tuple[Action, ...]:
    """The buttons that are for a round of a variant, those of features too."""
    return variant.actions + tuple(
        one for hooks in all_hooks() for one in hooks.actions.get(variant.name, ())
    )


def closed_by_features(here: RoundSnapshot, complete: bool) -> dict[Action, str]:
    """Why actions of features do nothing in a round; it is `complete` where all its images are there."""
    return {action: why for hooks in all_hooks() for action, why in hooks.closed(here, complete).items()}


def guided(store: Store, here: RoundSnapshot) -> tuple[Action, dict[Action, str]]:
    """What comes next in a round by the feature that trains it ("" for none), and why actions do nothing."""
    found = [hooks.guide(store, here) for hooks in all_hooks()]
    return next((step for step, _ in found if step), ""), {
        action: why for _, closed in found for action, why in closed.items()
    }
