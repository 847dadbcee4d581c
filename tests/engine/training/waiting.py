"""Wait for the other processes of a group."""

import time

from gal_studio.engine.training.device_group import DeviceGroup


def wait_for(group: DeviceGroup, seconds: float = 240) -> None:
    """Until they have opened the model; fails after that long."""
    end = time.monotonic() + seconds
    while not group.is_ready():
        assert time.monotonic() < end, f"the other processes are not ready after {seconds:.0f} s"
        time.sleep(0.1)
