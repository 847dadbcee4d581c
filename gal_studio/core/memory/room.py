"""How much of a device's memory is for the studio, and amounts of memory in words."""

from gal_studio.core.memory.need import DeviceKind

GIGABYTE = 1 << 30
CONTEXT = 0.6 * GIGABYTE
"""Bytes that CUDA and its libraries take before any model."""

PROGRAMS = int(0.9 * 1e9)
"""Bytes of main memory of a worker before any model: Python, PyTorch, diffusers, open_clip."""

_SHARE = 0.8  # of main memory; the system and the page take the rest


def room_of(device: DeviceKind, total: int) -> int:
    """Bytes for the studio on a device of this size where nothing else runs."""
    return int(total - CONTEXT) if device == "cuda" else int(_SHARE * total)


def gigabytes(count: float) -> str:
    """An amount in words."""
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / 2**20:.0f} MB"
