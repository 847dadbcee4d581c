"""Hostile values, and requests that are nearly right, from the types that the door checks."""

import json
import types
from collections.abc import Mapping, Sequence
from random import Random
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin

from typing_extensions import is_typeddict

DEEP, MANY_DIGITS = "@@deep@@", "@@digits@@"
RAW = {f'"{DEEP}"': "[" * 3000 + "]" * 3000, f'"{MANY_DIGITS}"': "9" * 5000}
TEXTS = (
    "",
    " ",
    "\x00",
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


def fitting(random: Random, hint: Any, known: Mapping[str, Sequence[str]], name: str = "") -> Any:
    """A value of a type; an ID is one that exists, of the kind that its field is called by."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Annotated, NotRequired):
        return fitting(random, args[0], known, name)
    if is_typeddict(hint):
        return {
            key: fitting(random, one, known, key)
            for key, one in hint.__annotations__.items()
            if get_origin(one) is not NotRequired or random.random() < 0.6
        }
    if origin is Literal:
        return random.choice(args)
    if origin in (Union, types.UnionType):
        return fitting(random, random.choice(args), known, name)
    if origin is list:
        return [
            fitting(random, args[0], known, name.removesuffix("s")) for _ in range(random.randrange(1, 4))
        ]
    if origin is dict:
        if name == "settings":
            return {random.choice(known["setting"]): fitting(random, args[1], known) for _ in range(2)}
        return {random.choice(TEXTS): fitting(random, args[1], known) for _ in range(random.randrange(3))}
    if hint is str:
        return random.choice(known.get(name) or ("A cat in ink style", "A <sks> cat", "Tea"))
    if hint in (int, float):
        return random.choice((0, 1, 2, 10, 64, 0.5 if hint is float else 3))
    return random.random() < 0.5 if hint is bool else None


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
