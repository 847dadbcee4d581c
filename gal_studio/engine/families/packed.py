"""Weights that a file holds in 8 bits or fewer, as people have them for ComfyUI, as plain numbers.

Each tensor is unpacked by itself into the model's precision, so that no more than one is in memory twice.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

from gal_studio.causes import missing, unread
from gal_studio.core.errors import StudioError, first_line

FLOATS = frozenset({"F32", "F16", "BF16", "F64"})
FLOAT8 = frozenset({"F8_E4M3", "F8_E5M2"})
INT8 = "I8"
GGUF = ".gguf"
_SCALES = (".weight_scale", ".scale_weight")
_FORMAT = ".comfy_quant"
_HELPERS = (*_SCALES, ".input_scale", ".scale_input", _FORMAT)
_MARK = "scaled_fp8"
_READ = frozenset({"float8_e4m3fn", "float8_e5m2", "int8_tensorwise"})
"""Formats of ComfyUI in which a weight is its numbers times a scale, of all or of each output."""


class PackedEntry(Protocol):
    """What a header says of a tensor."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""

    @property
    def dtype(self) -> str:
        """The type of its numbers, as safetensors or GGUF calls it."""


def is_helper(name: str) -> bool:
    """Whether a tensor only says how others are to be unpacked."""
    return name.endswith(_HELPERS) or name.rpartition(".")[2] == _MARK


def is_gguf(path: Path) -> bool:
    """Whether a file is GGUF, by its name."""
    return path.suffix.lower() == GGUF


def is_packed(path: Path, tensors: Mapping[str, PackedEntry]) -> bool:
    """Whether any weight has to be unpacked."""
    return is_gguf(path) or any(
        one.dtype not in FLOATS for name, one in tensors.items() if name.endswith(".weight")
    )


def trouble(path: Path, tensors: Mapping[str, PackedEntry]) -> str:
    """Why the weights of a safetensors file cannot be unpacked; "" if they can, or need not."""
    for name, one in tensors.items():
        if is_helper(name) or one.dtype in FLOATS or not name.endswith(".weight"):
            continue
        scale = next((tensors[each].shape for each in _scale_names(name) if each in tensors), None)
        if one.dtype not in (*FLOAT8, INT8):
            return f"as {one.dtype} numbers"
        if scale is None and one.dtype == INT8:
            return "as 8-bit integers without their scales"
        if scale is not None and _size(scale) not in (1, one.shape[0]):
            return "in a scheme with scales for blocks"
    return _unread_format(path) if any(name.endswith(_FORMAT) for name in tensors) else ""


def _unread_format(path: Path) -> str:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        for name in sorted(file.keys()):
            if name.endswith(_FORMAT):
                said = json.loads(bytes(file.get_tensor(name).tolist()))
                if said.get("format") not in _READ or said.get("convrot"):
                    return f"in the scheme {'convrot' if said.get('convrot') else said.get('format')}"
    return ""


def _scale_names(name: str) -> Iterator[str]:
    stem = name.removesuffix(".weight")
    return (f"{stem}{ending}" for ending in _SCALES)


def _size(shape: tuple[int, ...]) -> int:
    return int(torch.Size(shape).numel())


def read_weights(path: Path, dtype: torch.dtype) -> tuple[dict[str, torch.Tensor], bool]:
    """All tensors by name, packed ones in this precision, the others as they are stored; was any packed?"""
    if is_gguf(path):
        return dict(_from_gguf(path, dtype)), True
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        kinds = {file.get_slice(name).get_dtype() for name in names if name.endswith(".weight")}
        weights = {name: _unpacked(file, name, names, dtype) for name in sorted(names) if not is_helper(name)}
        return weights, not kinds <= FLOATS


def _unpacked(file: Any, name: str, names: set[str], dtype: torch.dtype) -> torch.Tensor:
    """A weight of fewer bits is its numbers times its scale, computed in float32."""
    stored: torch.Tensor = file.get_tensor(name)
    if stored.dtype not in (torch.float8_e4m3fn, torch.float8_e5m2, torch.int8):
        return stored
    weight = stored.float()
    for scale in _scale_names(name) if name.endswith(".weight") else ():
        if scale in names:
            given = file.get_tensor(scale).float()
            weight = weight * (
                given.reshape(-1, *(1 for _ in weight.shape[1:])) if given.numel() > 1 else given
            )
            break
    return weight.to(dtype)


def _reader(path: Path) -> Any:
    """The reader of GGUF files, which is optional."""
    try:
        from gguf import GGUFReader  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise StudioError(
            f"The file {path} needs a reader of GGUF files ({first_line(error)}): run "
            '`.venv/bin/pip install -e ".[gguf]"`, or choose the model in bfloat16.'
        ) from error
    if not os.path.isfile(path):
        raise StudioError(missing(path))
    try:
        return GGUFReader(path)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise StudioError(unread(path, error)) from error


def gguf_header(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """The shape and the type of each tensor; a type that diffusers does not unpack is refused."""
    found = {
        tensor.name: (tuple(int(size) for size in reversed(tensor.shape)), str(tensor.tensor_type.name))
        for tensor in _reader(path).tensors
    }
    from diffusers.quantizers.gguf.utils import SUPPORTED_GGUF_QUANT_TYPES

    known = {each.name for each in SUPPORTED_GGUF_QUANT_TYPES} | FLOATS
    if other := next((kind for _, kind in found.values() if kind not in known), None):
        raise StudioError(
            f"The file {path} has weights of the type {other}, which cannot be read: choose another file of "
            "the model, such as Q8_0, or bfloat16."
        )
    return found


def _from_gguf(path: Path, dtype: torch.dtype) -> Iterator[tuple[str, torch.Tensor]]:
    """By the formulas of the format's own library, in float32: those of diffusers round to float16."""
    reader = _reader(path)
    from gguf.quants import dequantize  # type: ignore[import-not-found,unused-ignore]

    for tensor in reader.tensors:
        if tensor.tensor_type.name in FLOATS - {"BF16"}:
            yield tensor.name, torch.from_numpy(tensor.data.copy())
        else:
            yield tensor.name, torch.from_numpy(dequantize(tensor.data, tensor.tensor_type)).to(dtype)
