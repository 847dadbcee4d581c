"""Values of dataclasses are compared with their declared types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from gal_studio.core.conformity import check_declared
from gal_studio.core.errors import StudioError


@dataclass(frozen=True)
class Part:
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class Whole:
    name: str = "x"
    count: int | None = None
    ratio: float = 1
    on: bool = False
    parts: tuple[Part, ...] = (Part(),)
    place: tuple[str, int] = ("a", 1)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


GOOD: list[dict[str, Any]] = [
    {}, {"count": 3}, {"ratio": 0.5}, {"parts": ()}, {"scores": {"a": {"b": 1}, "c": {}}}
]  # fmt: skip
BAD: list[dict[str, Any]] = [
    {"name": 1}, {"name": None}, {"count": 1.5}, {"count": True}, {"ratio": "1"}, {"on": 1},
    {"parts": (Part("c"),)}, {"parts": ("a",)}, {"parts": None}, {"place": ("a",)}, {"place": (1, "a")},
    {"scores": []}, {"scores": {"a": 1}}, {"scores": {"a": {"b": "x"}}}, {"scores": {1: {}}},
]  # fmt: skip


@pytest.mark.parametrize("given", GOOD, ids=str)
def test_what_is_declared_is_taken(given: dict[str, Any]) -> None:
    check_declared(Whole(**given))


@pytest.mark.parametrize("given", BAD, ids=str)
def test_anything_else_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(StudioError, match=r"(Whole|Part)\.\w+ is "):
        check_declared(Whole(**given))
