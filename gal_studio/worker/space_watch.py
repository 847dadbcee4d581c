"""Jobs that rest because the disk is full: found again when there is room."""

import logging
import time
from collections.abc import Callable

from gal_studio.state import Store

LOOK_FOR_ROOM = 3.0
"""Seconds between two looks at the disk."""

logger = logging.getLogger("gal_studio.worker")


class RoomWatch:
    """Looks for room now and then, and resumes what rests for want of it; what a person paused is left."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._looked = -LOOK_FOR_ROOM

    def is_awaited(self) -> bool:
        """Whether a job rests until there is room."""
        return bool(self._store.jobs.waiting_for_space())

    def look(self) -> bool:
        """Resume the first job for which there is room now; whether one was. Looks no more than it must."""
        now = self._clock()
        if now - self._looked < LOOK_FOR_ROOM:
            return False
        self._looked = now
        for job, needed in self._store.jobs.waiting_for_space():
            if self._store.disk.has_room(needed):
                logger.info("job %s goes on: there is room again", job.id)
                return self._store.jobs.resume(job.id, "there is room again").state == "queued"
        return False
