"""The device that will draw and train, and its memory, found without loading torch."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from gal_studio.core.memory.allocator import computes_bfloat16
from gal_studio.core.memory.need import DeviceKind
from gal_studio.core.memory.room import room_of

_SECONDS = 10.0  # for which an answer is used again
MPS_SHARE = 0.66  # of a Mac's memory that its GPU may use
_known: dict[str, tuple[float, "Device"]] = {}


@dataclass(frozen=True)
class Device:
    """A device, in words as well: "NVIDIA RTX 3060", "this computer". Memory in bytes.

    `unused_gpu` names an NVIDIA GPU that the installed torch cannot use, since it was built without CUDA.
    """

    kind: DeviceKind
    name: str
    total: int
    free: int
    unused_gpu: str = ""

    @property
    def room(self) -> int:
        """Bytes that the studio may use now."""
        return min(self.free, room_of(self.kind, self.total))


def this_device() -> Device:
    """The device of the worker, as it chooses it: an NVIDIA GPU, Apple's, or the processor."""
    now = time.monotonic()
    if "device" not in _known or now - _known["device"][0] > _SECONDS:
        gpu = _nvidia()
        if gpu is None or not torch_knows_cuda():
            gpu = replace(_host(), unused_gpu="" if gpu is None else gpu.name)
        _known["device"] = now, gpu
    return _known["device"][1]


def _nvidia() -> Device | None:
    """The first NVIDIA GPU that a program may use; None if its driver's tool reports none."""
    tool, visible = shutil.which("nvidia-smi"), os.environ.get("CUDA_VISIBLE_DEVICES")
    first = (visible or "").partition(",")[0].strip()
    if tool is None or (visible is not None and first in ("", "-1")):
        return None
    command = [tool, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    command += [f"--id={first}"] if first else []
    try:
        lines = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
        name, total, free = (part.strip() for part in lines.splitlines()[0].rsplit(",", 2))
        return Device("cuda", name, int(total) << 20, int(free) << 20)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def torch_knows_cuda(described: Path | None = None) -> bool:
    """Whether the installed torch is a build for CUDA, as its `version.py` says (its import is slow)."""
    if described is None:
        spec = importlib.util.find_spec("torch")
        if spec is None or spec.origin is None:
            return False
        described = Path(spec.origin).with_name("version.py")
    try:
        words = described.read_text(encoding="utf-8")
    except OSError:
        return True
    return not re.search(r"^cuda\b.*= None$", words, re.MULTILINE)


def how_to_repair(package: Path = Path(__file__).parents[1]) -> str:
    """What to do where the installed torch cannot use the GPU: the command, if `launch.py` installed it."""
    folder = package.parent
    if not (folder / "launch.py").is_file():
        return "install the builds of torch and torchvision for CUDA that pytorch.org names"
    python = "py" if os.name == "nt" else "python3"
    return f"close GAL Studio and run `{python} launch.py --repair` in {folder}"


def _host() -> Device:
    import psutil

    memory = psutil.virtual_memory()
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        shares = int(MPS_SHARE * memory.total), min(memory.available, int(MPS_SHARE * memory.total))
        return Device("mps", "this Mac", *shares)
    kind: DeviceKind = "cpu-bf16" if has_bfloat16() else "cpu"
    return Device(kind, "this computer", memory.total, memory.available)


def main_memory_free() -> int:
    """Bytes of main memory that are free now."""
    import psutil

    return int(psutil.virtual_memory().available)


def has_bfloat16(described: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor computes in bfloat16, so that the worker does; known on Linux alone."""
    return computes_bfloat16(flags_of(described), os.environ)


def flags_of(described: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The processor's features, as the kernel calls them; none where it does not tell."""
    try:
        lines = described.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return frozenset(flags.partition(":")[2].split())
