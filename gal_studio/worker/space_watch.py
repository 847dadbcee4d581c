"""Resume jobs that are paused for disk space when there is space again."""

import logging
import math
import time
from collections.abc import Callable

from gal_studio.state import Store

LOOK_FOR_ROOM = 3.0
"""Seconds between two checks of the free space."""
LONGEST_PAUSE = 300.0
"""Seconds until a job is tried again that keeps filling the disk; each pause is twice the one before."""

logger = logging.getLogger("gal_studio.worker")


class RoomWatch:
    """Checks the free space now and then, and resumes jobs that wait for it, not those paused by a user."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._looked = -LOOK_FOR_ROOM
        self._pauses: dict[str, tuple[float, float]] = {}  # by job: when it was resumed, and the next pause

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
            if self._store.disk.has_room(needed) and self._is_due(job.id, now):
                logger.info("job %s resumes: there is disk space again", job.id)
                return self._store.jobs.resume(job.id, "there is disk space again").state == "queued"
        return False

    def _is_due(self, job_id: str, now: float) -> bool:
        """Whether the job may be resumed now: soon at first, and later if it was not enough before."""
        resumed, pause = self._pauses.get(job_id, (-math.inf, LOOK_FOR_ROOM))
        if now - resumed < pause:
            return False
        grown = LOOK_FOR_ROOM if now - resumed > 2 * LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        self._pauses[job_id] = now, grown
        return True
