"""The device that will draw and train, and its memory, found without loading torch."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gal_studio.core.memory.allocator import computes_bfloat16
from gal_studio.core.memory.need import DeviceKind
from gal_studio.core.memory.room import room_of

_SECONDS = 10.0  # for which an answer is used again
MPS_SHARE = 0.66  # of a Mac's memory that its GPU may use
_FIELDS = "name,memory.total,memory.free,driver_version,compute_cap"
_NEEDS = {"13": (580, (7, 5)), "12": (525, (5, 0))}
"""For each CUDA the oldest driver, and the least compute capability that PyTorch is built for."""
_known: dict[str, tuple[float, "Device"]] = {}


@dataclass(frozen=True)
class Device:
    """A device, in words as well: "NVIDIA RTX 3060", "this computer". Memory in bytes.

    `unused_gpu` names an NVIDIA GPU that the installed torch cannot use, `why_unused` why and what to do.
    """

    kind: DeviceKind
    name: str
    total: int
    free: int
    unused_gpu: str = ""
    why_unused: str = ""

    @property
    def unused(self) -> str:
        """A sentence on the GPU that is not used; empty if there is none."""
        return f"{self.unused_gpu} is not used, since {self.why_unused}." if self.unused_gpu else ""

    @property
    def room(self) -> int:
        """Bytes that the studio may use now."""
        return min(self.free, room_of(self.kind, self.total))


@dataclass(frozen=True)
class Card:
    """An NVIDIA GPU as its driver reports it; its compute capability is (0, 0) if it is not known."""

    device: Device
    driver: int
    capability: tuple[int, int] = (0, 0)


def this_device() -> Device:
    """The device of the worker, as it chooses it: an NVIDIA GPU, Apple's, or the processor."""
    now = time.monotonic()
    if "device" not in _known or now - _known["device"][0] > _SECONDS:
        _known["device"] = now, _found(_nvidia())
    return _known["device"][1]


def _found(card: Card | None) -> Device:
    """The card's device if the installed torch can use it, else the processor, with the reason."""
    if card is None:
        return _host()
    why = why_unused(card, torch_cuda())
    return replace(_host(), unused_gpu=card.device.name, why_unused=why) if why else card.device


def _nvidia() -> Card | None:
    """The first NVIDIA GPU that a program may use; None if its driver's tool reports none."""
    tool, visible = shutil.which("nvidia-smi"), os.environ.get("CUDA_VISIBLE_DEVICES")
    first = (visible or "").partition(",")[0].strip()
    if tool is None or (visible is not None and first in ("", "-1")):
        return None
    for fields in (_FIELDS, _FIELDS.removesuffix(",compute_cap")):  # which older drivers do not know
        command = [tool, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
        command += [f"--id={first}"] if first else []
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
            if (card := read_card(done.stdout)) is not None:
                return card
    return None


def read_card(table: str) -> Card | None:
    """The card in the first line of the answer to `_FIELDS`; None if it is none."""
    line = (table.splitlines() or [""])[0]
    found = re.fullmatch(r"\s*(.+?), *(\d+), *(\d+), *(\d+)[\d.]*(?:, *(\d+)\.(\d+)|,.*)?\s*", line)
    if found is None:
        return None
    name, total, free, driver, major, minor = found.groups()
    device = Device("cuda", name, int(total) << 20, int(free) << 20)
    return Card(device, int(driver), (int(major or 0), int(minor or 0)))


def why_unused(card: Card, cuda: str | None) -> str:
    """Why a torch for this CUDA ("13.0", "" without, None if not known) cannot use the card, and what to do.

    Empty if it can.
    """
    if cuda == "":
        return f"this PyTorch is built without CUDA: {how_to_repair()}"
    driver, least = _NEEDS.get((cuda or "").partition(".")[0], (0, (0, 0)))
    if card.driver < driver:
        needs = f"PyTorch for CUDA {cuda} needs a driver from {driver} on, and it has {card.driver}"
        return f"{needs}: update the driver, or {how_to_repair()}"
    if (0, 0) < card.capability < least:
        return f"PyTorch for CUDA {cuda} is not made for cards of its age: {how_to_repair()}"
    return ""


def torch_cuda(described: Path | None = None) -> str | None:
    """The CUDA that the installed torch is built for, as its `version.py` says (its import is slow).

    "" if it is built without, or there is no torch; None if it does not say.
    """
    if described is None:
        spec = importlib.util.find_spec("torch")
        if spec is None or spec.origin is None:
            return ""
        described = Path(spec.origin).with_name("version.py")
    try:
        words = described.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^cuda\b.*= (?:None|['\"]([\d.]+)['\"])$", words, re.MULTILINE)
    return None if found is None else found[1] or ""


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
