"""Check the header of a safetensors file without loading weights: this package does not import torch."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.models.weights_header import TensorEntry, WeightsHeader, parse_header
from gal_studio.json_files import open_plain

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
    except (ValueError, KeyError) as error:
        raise StudioError(
            f"{name} is not a valid safetensors file, the only format of weights that is imported."
        ) from error


def read_header(path: Path, largest: int = _LARGEST_HEADER) -> tuple[WeightsHeader, int]:
    """The header of a safetensors file, and its length in bytes; a ValueError without a valid one."""
    with open_plain(path) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(largest, os.fstat(file.fileno()).st_size - 8):
            raise ValueError("the header is longer than the file")
        return parse_header(file.read(length)), length


def check_lengths(header: WeightsHeader) -> None:
    """Refuse, by a ValueError, tensors that are longer or shorter than their shape says."""
    for tensor in header.tensors.values():
        if tensor.kind in _BYTES:
            _checked_end(tensor)


def _check_tensors(header: WeightsHeader, size: int) -> None:
    end = 0
    for tensor in sorted(header.tensors.values(), key=lambda tensor: (tensor.first, tensor.end)):
        if tensor.first != end:
            raise ValueError("tensors overlap, or leave a gap")
        end = _checked_end(tensor)
    if end != size or not header.tensors:
        raise ValueError("the tensors do not fill the file")


def _checked_end(tensor: TensorEntry) -> int:
    if tensor.end - tensor.first != math.prod(tensor.shape) * _BYTES[tensor.kind]:
        raise ValueError("the length of a tensor does not match its shape")
    return tensor.end
