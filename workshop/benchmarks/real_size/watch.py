"""The peak of memory, the time and the use of a device while something runs."""

import ctypes
import gc
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import torch

EVERY = 0.02  # seconds between two looks at a process whose peak the kernel does not tell
_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass
class Used:
    """Bytes at the peak, seconds of the clock and of processors, and how busy the device was, of 1."""

    peak: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    shares: list[float] = field(default_factory=list)

    @property
    def use(self) -> float | None:
        """The mean share of the device that was busy, of 1; None if that is not known."""
        return sum(self.shares) / len(self.shares) if self.shares else None


def held_now() -> int:
    """Bytes of this process in main memory, without what its allocator keeps but does not use."""
    gc.collect()
    if _STATUS.exists():
        ctypes.CDLL(None).malloc_trim(0)
    return int(psutil.Process().memory_info().rss)


@contextmanager
def watched(device: torch.device) -> Iterator[Used]:
    """Watch the memory of the GPU, or of this process on a CPU."""
    used, done = Used(), threading.Event()
    watch = _watch_gpu if device.type == "cuda" else _watch_process
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
    elif _RESET.exists():
        _RESET.write_text("5")  # the kernel counts the peak anew
    thread = threading.Thread(target=watch, args=(used, done), daemon=True)
    thread.start()
    started, worked = time.monotonic(), time.process_time()
    try:
        yield used
    finally:
        if device.type == "cuda":
            torch.cuda.synchronize(device)
            used.peak = torch.cuda.max_memory_allocated(device)
        used.seconds, used.processor = time.monotonic() - started, time.process_time() - worked
        done.set()
        thread.join()
        if device.type != "cuda":
            used.peak = max(used.peak, _kernel_peak())
            used.shares = [used.processor / used.seconds / torch.get_num_threads()]


def _kernel_peak() -> int:
    lines = _STATUS.read_text().splitlines() if _RESET.exists() else []
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


def _watch_process(used: Used, done: threading.Event) -> None:
    process = psutil.Process()
    while not done.wait(EVERY):
        used.peak = max(used.peak, process.memory_info().rss)


def _watch_gpu(used: Used, done: threading.Event) -> None:
    """Ask the driver each half second how busy the first GPU is."""
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    while not done.wait(0.5):
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
            used.shares.append(float(said.splitlines()[0]) / 100)
        except (OSError, subprocess.SubprocessError, ValueError, IndexError):
            return
