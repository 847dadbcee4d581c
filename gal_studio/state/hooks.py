"""What is asked of features where a rule of the studio depends on rows that only they read."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gal_studio.core import features
from gal_studio.core.recipe import Recipe
from gal_studio.state.store import Store


@dataclass(frozen=True)
class Drawn:
    """What a picture was generated with, by the LoRA of its round, or by `lora`, kept of a `step`."""

    round_id: str
    prompt: str
    seed: int
    guidance_scale: float
    recipe: Recipe
    negative: str = ""
    step: int | None = None
    lora: str = ""


def _nothing(_store: Store, _project_id: str) -> tuple[object, ...]:
    return ()


def _unknown(_store: Store, _candidate_id: str) -> None:
    return None


@dataclass(frozen=True)
class Hooks:
    """The answers of one feature, `HOOKS` in its `hooks.py`.

    `rows` are its records of a project: read, and checked, before an archive is imported and by the doctor.
    `drawn` says what a candidate was generated with that the feature made. `waiting` says by the kind of a
    job what of a round is still to be made: what was asked for after the job had last looked runs it again.
    """

    rows: Callable[[Store, str], Iterable[object]] = _nothing
    drawn: Callable[[Store, str], Drawn | None] = _unknown
    waiting: Mapping[str, Callable[[Store, str], Sequence[object]]] = field(default_factory=dict)


@functools.cache
def all_hooks() -> tuple[Hooks, ...]:
    """Those of all features."""
    return tuple(found for file in features.modules("hooks") if isinstance(found := file.HOOKS, Hooks))
