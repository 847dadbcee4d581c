"""Check the header of a safetensors file without loading weights: this package does not import torch."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError

_BYTES: Mapping[str, int] = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
_LARGEST_HEADER = 4 << 20


def check_weights(path: Path, name: str) -> None:
    """Refuse a file unless its tensors fill it without gaps."""
    try:
        header, length = read_header(path)
        _check_tensors(header, path.stat().st_size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StudioError(
            f"{name} is not a valid safetensors file, the only format of weights that is imported."
        ) from error


def read_header(path: Path, largest: int = _LARGEST_HEADER) -> tuple[Mapping[str, Any], int]:
    """The JSON at the beginning of a safetensors file, and its length in bytes; a ValueError without one."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(largest, path.stat().st_size - 8):
            raise ValueError("the header is longer than the file")
        return json.loads(file.read(length)), length


def _check_tensors(header: Mapping[str, Any], size: int) -> None:
    metadata = header.get("__metadata__", {})
    if not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("the metadata are not strings")
    spans = sorted(
        _span(tensor["dtype"], tensor["shape"], tensor["data_offsets"])
        for name, tensor in header.items()
        if name != "__metadata__"
    )
    end = 0
    for first, last in spans:
        if first != end:
            raise ValueError("tensors overlap, or leave a gap")
        end = last
    if end != size or not spans:
        raise ValueError("the tensors do not fill the file")


def _span(kind: str, shape: list[int], offsets: list[int]) -> tuple[int, int]:
    first, last = offsets
    if not all(type(number) is int and number >= 0 for number in (*shape, first, last)):
        raise ValueError("a number is invalid")
    if last - first != math.prod(shape) * _BYTES[kind]:
        raise ValueError("the length of a tensor does not match its shape")
    return first, last
