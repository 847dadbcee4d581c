"""Store the state of a training in 16 bits, split into files of at most 15 MiB."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

PART = 15 * 2**20
PARTS = 8


class TooLargeError(ValueError):
    """The state needs more parts than allowed."""


def shrink(tensors: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    """Each tensor as float16, divided by its largest absolute value, and that value."""
    scales = {name: float(value.float().abs().max()) or 1.0 for name, value in tensors.items()}
    small = {
        name: (value.float() / scales[name]).half().cpu().contiguous() for name, value in tensors.items()
    }
    return small, scales


def widen(tensors: dict[str, torch.Tensor], scales: dict[str, float]) -> dict[str, torch.Tensor]:
    """Undo `shrink`: float32 tensors with 11 bits of precision."""
    return {name: value.float() * scales[name] for name, value in tensors.items()}


def save_parts(
    folder: Path,
    tensors: dict[str, torch.Tensor],
    facts: dict[str, Any],
    part: int = PART,
    parts: int = PARTS,
) -> list[Path]:
    """Write the state as ``state-0-of-3.part`` and so on, replacing an earlier one."""
    small, scales = shrink(tensors)
    data = save(small, {"facts": json.dumps(facts), "scales": json.dumps(scales)})
    count = -(-len(data) // part)
    if count > parts:
        raise TooLargeError(f"the state has {len(data)} bytes, more than {parts} parts of {part}")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("state-*.part"):
        old.unlink()
    files = [folder / f"state-{i}-of-{count}.part" for i in range(count)]
    for i, file in enumerate(files):
        file.write_bytes(data[i * part : (i + 1) * part])
    return files


def load_parts(files: Iterable[Path]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read the tensors and facts of a state; refused if a part is missing."""
    found = {file.name: file for file in files}
    count = int(next(iter(found), "state-0-of-1.part").split("-")[-1].removesuffix(".part"))
    names = [f"state-{i}-of-{count}.part" for i in range(count)]
    missing = [name for name in names if name not in found]
    if missing or len(found) != count:
        raise FileNotFoundError(f"parts missing or of another state: {missing or sorted(found)}")
    data = b"".join(found[name].read_bytes() for name in names)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    return widen(load(data), json.loads(header["scales"])), json.loads(header["facts"])
