"""Wait for the other processes of a team."""

import time

from gal_studio.engine.training.team import Team


def wait_for(team: Team, seconds: float = 240) -> None:
    """Until they have opened the model; fails after that long."""
    end = time.monotonic() + seconds
    while not team.is_ready():
        assert time.monotonic() < end, f"the other processes are not ready after {seconds:.0f} s"
        time.sleep(0.1)
