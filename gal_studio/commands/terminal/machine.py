"""A description of this machine that can be shared: no names of users, hosts or folders."""

import os
import platform
from typing import Any

from gal_studio.provenance import library_versions


def describe_machine() -> dict[str, Any]:
    """System, processor, memory, device and versions."""
    import psutil

    memory = psutil.virtual_memory()
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory.total / 2**30, 1),
        "memory_free_gb": round(memory.available / 2**30, 1),
        "python": platform.python_version(),
        "device": describe_device(),
        "versions": library_versions(),
    }


def describe_device() -> str:
    """The device that draws and trains: the name of the GPU, or the CPU and how it computes."""
    import torch

    from gal_studio.engine.models.devices import choose_device, how_it_computes

    device = choose_device()
    if device.type == "cpu":
        return f"cpu: {how_it_computes(device)}"
    if device.type != "cuda":
        return str(device.type)
    total = torch.cuda.get_device_properties(device).total_memory / 2**30
    return f"cuda: {torch.cuda.get_device_name(device)}, {total:.0f} GB"


def processor_name() -> str:
    """The name of the processor, if the system reports it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
