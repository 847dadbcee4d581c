"""Resume jobs that are paused for disk space when there is space again."""

import logging
import time
from collections.abc import Callable

from gal_studio.state import Store

LOOK_FOR_ROOM = 3.0
"""Seconds between two checks of the free space."""

logger = logging.getLogger("gal_studio.worker")


class RoomWatch:
    """Checks the free space now and then, and resumes jobs that wait for it, not those paused by a user."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._looked = -LOOK_FOR_ROOM

    def is_awaited(self) -> bool:
        """Whether a job waits for disk space."""
        return bool(self._store.jobs.waiting_for_space())

    def look(self) -> bool:
        """Resume the first job that has enough space now; returns whether there was one."""
        now = self._clock()
        if now - self._looked < LOOK_FOR_ROOM:
            return False
        self._looked = now
        for job, needed in self._store.jobs.waiting_for_space():
            if self._store.disk.has_room(needed):
                logger.info("job %s resumes: there is disk space again", job.id)
                return self._store.jobs.resume(job.id, "there is disk space again").state == "queued"
        return False
