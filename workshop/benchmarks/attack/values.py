"""Hostile values, and requests that are nearly right, from the types that requests are checked by."""

import json
import types
from random import Random
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from gal_studio.ui.payloads import Runs
from workshop.benchmarks.attack.known import Known

DEEP, MANY_DIGITS = "@@deep@@", "@@digits@@"
RAW = {f'"{DEEP}"': "[" * 3000 + "]" * 3000, f'"{MANY_DIGITS}"': "9" * 5000}
TEXTS = (
    "",
    " ",
    "\x00",
    "cat\x00.png",
    "\x1b[2J\x1b]0;x\x07",
    "\ud83d",
    "\udcff",
    "a\ud800b",
    "\u202egnp.exe",
    "\uffff",
    "\U0001f408" * 40,
    "../../../../etc/passwd",
    "/etc/passwd",
    "~nosuchuser/x",
    "C:\\x",
    "%2e%2e%2f",
    "file:///etc/passwd",
    "' OR 1=1 --",
    "'; DROP TABLE projects; --",
    "{}",
    "${alert(1)}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%s%n",
    "__class__",
    "constructor",
    "null",
    "NaN",
    "-0",
    "1e999",
    "assets:../../x",
    "local-dir:/etc",
    "x" * 300,
    "x" * 5000,
    "A cat in ink style",
    "A <sks> cat",
    "a\r\nSet-Cookie: x=1",
    DEEP,
)
PROMPTS = ("A cat in ink style", "A <sks> cat", "Tea")
NUMBERS = (
    0,
    -1,
    1,
    2,
    7,
    64,
    1.5,
    -0.0,
    1e-320,
    1e20,
    1e308,
    -1e308,
    2**31,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    10**30,
    float("nan"),
    float("inf"),
    float("-inf"),
    MANY_DIGITS,
)


def hostile(random: Random, depth: int = 0) -> Any:
    """Any value that JSON, or a careless writer of JSON, can hold."""
    choice = random.randrange(12)
    if choice < 4:
        return random.choice(TEXTS)
    if choice < 7:
        return random.choice(NUMBERS)
    if choice == 7:
        return random.choice((None, True, False))
    if choice == 8 and random.random() < 0.05:
        return "x" * 200_000
    if depth > 3:
        return []
    if choice < 10:
        return [hostile(random, depth + 1) for _ in range(random.randrange(4))]
    return {str(random.choice(TEXTS)): hostile(random, depth + 1) for _ in range(random.randrange(3))}


def fitting(random: Random, hint: Any, known: Known, name: str = "", optional: float = 0.6) -> Any:
    """A value of a type; an ID is one that exists, of the kind that its field is called by.

    `optional` is the share of the optional fields that are given.
    """

    def inside(hint: Any, name: str = "") -> Any:
        return fitting(random, hint, known, name, optional)

    origin, args = get_origin(hint), get_args(hint)
    if origin in (Annotated, NotRequired):
        return inside(args[0], name)
    if is_typeddict(hint):
        return _mask(random) if hint is Runs and random.random() < 0.7 else {
            key: inside(one, key)
            for key, one in get_type_hints(hint, include_extras=True).items()
            if key in hint.__required_keys__ or random.random() < optional
        }  # fmt: skip
    if origin is Literal:
        return random.choice(args)
    if origin in (Union, types.UnionType):
        return inside(random.choice(args), name)
    if origin is list:
        return [inside(args[0], name.removesuffix("s")) for _ in range(random.randrange(1, 4))]
    if origin is dict:
        keys = known["setting"] if name == "settings" else TEXTS
        return {random.choice(keys): inside(args[1]) for _ in range(random.randrange(3))}
    if hint is str:
        return random.choice(known.get(name) or PROMPTS)
    if hint in (int, float):
        return random.choice(known.get(name) or (0, 1, 2, 10, 64, 0.5 if hint is float else 3))
    return random.random() < 0.5 if hint is bool else None


def _mask(random: Random) -> dict[str, Any]:
    """A mask of two stripes, of the size of the seeded pictures or another one."""
    edge = random.choice((48, 48, 8, 1))
    half = edge * edge // 2
    return {"width": edge, "height": edge, "runs": [0, half, 255, edge * edge - half]}


def spoiled(random: Random, value: Any) -> Any:
    """The value with one part of it replaced, left out, or added."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(list(value))
        turn = random.random()
        if turn < 0.12:
            return {other: part for other, part in value.items() if other != key}
        if turn < 0.2:
            return {**value, str(random.choice(TEXTS)): hostile(random)}
        return {**value, key: spoiled(random, value[key])}
    if isinstance(value, list) and value and random.random() < 0.6:
        place = random.randrange(len(value))
        return [*value[:place], spoiled(random, value[place]), *value[place + 1 :]]
    return hostile(random)


def written(value: Any) -> bytes:
    """The value as JSON that is not strict, with what Python itself would not write."""
    text = json.dumps(value)
    for mark, raw in RAW.items():
        text = text.replace(mark, raw)
    return text.encode()
