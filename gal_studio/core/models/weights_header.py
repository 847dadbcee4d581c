"""The header of a safetensors file: JSON about its tensors, and texts about the file. Strict and bounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError

MOST_TENSORS = 20_000
"""Tensors of a file; the largest models have some thousands."""
_METADATA = "__metadata__"
_LARGEST = 1 << 63


@dataclass(frozen=True)
class TensorEntry:
    """What a header says of a tensor: type, shape, and its first byte and the one after its last."""

    kind: str
    shape: tuple[int, ...]
    first: int
    end: int


@dataclass(frozen=True)
class WeightsHeader:
    """A checked header: all numbers are whole, and at least 0."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, TensorEntry]


def parse_header(text: bytes) -> WeightsHeader:
    """Parse a header; a ValueError if it is not strict JSON, not of this form, or has too many entries."""
    header = _object(text)
    metadata = header.pop(_METADATA, None) or {}
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("the metadata are not texts")
    if len(header) > MOST_TENSORS:
        raise ValueError("there are too many tensors")
    return WeightsHeader(metadata, {name: _entry(given) for name, given in header.items()})


def metadata_object(metadata: Mapping[str, str], name: str) -> dict[str, Any]:
    """The JSON object in an entry of the metadata, {} without the entry; a ValueError if it is not strict."""
    return _object(metadata.get(name) or "{}")


def _object(text: bytes | str) -> dict[str, Any]:
    try:
        value = strict_json.loads(text)
    except StudioError as error:
        raise ValueError("not strict JSON") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _entry(given: object) -> TensorEntry:
    match given:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [first, end]}:
            if all(type(number) is int and 0 <= number < _LARGEST for number in (*shape, first, end)):
                return TensorEntry(kind, tuple(shape), first, end)
    raise ValueError("a tensor is not described as it should be")
