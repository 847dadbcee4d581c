"""The verbs of the studio as programs call them, with odd values of the declared types."""

import functools
import traceback
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from tests.ui.seeded import picture
from workshop.benchmarks.attack.known import Known
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import NUMBERS, PROMPTS, TEXTS, hostile

LEFT_OUT = ("delete", "close", "open", "wait")
"""Verbs that would end the attack, or wait for a worker."""


def verb(target: Target, random: Random) -> None:
    """Call a verb: it does what it should, or raises a StudioError."""
    name = random.choice(verbs())
    with Store(target.workspace) as store:
        studio = Studio(store)
        target.tally.add("Python", "tried")
        given: dict[str, Any] = {}
        try:
            for part, hint in get_type_hints(getattr(Studio, name)).items():
                is_ours = hint is Studio or _takes_function(hint)  # only programs of ours give one
                if part != "return" and not is_ours:
                    given[part] = _value(random, target.ids, part, hint)  # records refuse odd values
            getattr(studio, name)(**given)
            target.tally.add("Python", "taken")
        except StudioError:
            pass
        except Exception:
            shown = ascii(given)[:400]
            target.tally.add(
                "Python", "tracebacks", example=f"{name} {shown} {traceback.format_exc()[-600:]}"
            )


@functools.cache
def verbs() -> tuple[str, ...]:
    """The verbs that take no path: those with one may write wherever they are told to."""
    found = []
    for name, method in vars(Studio).items() | _inherited().items():
        if not name.startswith("_") and callable(method) and name not in LEFT_OUT:
            hints = get_type_hints(method)
            if not any(_names_path(hint) for part, hint in hints.items() if part != "return"):
                found.append(name)
    return tuple(sorted(found))


def _inherited() -> dict[str, Any]:
    return {name: method for base in Studio.__mro__[:-1] for name, method in vars(base).items()}


def _takes_function(hint: Any) -> bool:
    return get_origin(hint) is Callable or any(get_origin(one) is Callable for one in get_args(hint))


def _names_path(hint: Any) -> bool:
    return hint is Path or any(_names_path(one) for one in get_args(hint))


def _value(random: Random, known: Known, part: str, hint: Any) -> Any:
    """A value of a declared type; texts and numbers are odd ones half of the time."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is ProjectDraft:
        return _draft(random)
    if is_dataclass(hint):
        kinds = get_type_hints(hint)
        return hint(**{name: _value(random, known, name, kinds[name]) for name in _fields(hint)})
    if origin is Literal:
        return random.choice(args) if random.random() < 0.9 else random.choice(TEXTS)
    if origin in (Union, types.UnionType):
        return _value(random, known, part, random.choice(args))
    if origin is np.ndarray or hint is np.ndarray:
        shape = random.choice(((48, 48), (48, 48), (1, 1), (0, 0), (3, 3, 3)))
        return np.full(shape, random.choice((0, 128, 255)), np.uint8)
    if (origin is not None and issubclass(origin, dict)) or "Mapping" in str(origin):
        return {random.choice(TEXTS): hostile(random), "tune": {"steps": random.choice(NUMBERS)}}
    if origin is tuple and ... not in args:
        return tuple(_value(random, known, part, one) for one in args)
    if origin is not None:
        return [_value(random, known, part.removesuffix("s"), args[0]) for _ in range(random.randrange(3))]
    if hint is str:
        ids = known.get(part.removesuffix("_id"), PROMPTS)
        return (
            random.choice(ids) if random.random() < (0.8 if part.endswith("_id") else 0.4) else _text(random)
        )
    if hint in (int, float):
        numbers = [
            hint(one) for one in NUMBERS if not isinstance(one, str) and (hint is float or one == one // 1)
        ]
        ids = known.get(part.removesuffix("_id"), [1])
        return random.choice(ids) if random.random() < 0.5 else random.choice(numbers)
    return random.random() < 0.5 if hint is bool else None


def _fields(kind: Any) -> list[str]:
    return [field.name for field in fields(kind) if field.init]


def _text(random: Random) -> str:
    return str(random.choice(TEXTS)) if random.random() < 0.95 else "x" * 200_000


def _draft(random: Random) -> ProjectDraft:
    """The draft of a project in which one part is odd."""
    parts: dict[str, Any] = {
        "kind": "style",
        "references": [(picture((9, 80, 160)), "A cat in ink style")],
        "name": "Cat",
        "base_model": "someone/a-model",
        "clip_model": "ViT-B-32/openai",
    }
    odd: dict[str, Any] = {
        "kind": _text(random),
        "references": random.choice(
            ([], [(b"", "A cat in ink style")], [(picture((1, 2, 3)), _text(random))])
        ),
        "trigger_word": _text(random),
        "name": _text(random),
        "preset": _text(random),
        "base_model": _text(random),
        "clip_model": _text(random),
        "changes": {random.choice(("tune", "gal", "refine", "x")): hostile(random)},
        "seed": random.choice(NUMBERS),
        "anchors": random.choice(([], [_text(random)], [_text(random) + "{}"])),
        "origin": _text(random),
        "prior": [(picture((1, 2, 3)), _text(random))],
    }
    name = random.choice(sorted(odd))
    return ProjectDraft(**{**parts, name: odd[name]})
