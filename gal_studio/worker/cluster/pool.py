"""Hand out chunks of pictures to the devices of a Ray cluster; whoever is free takes the next one."""

import logging
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.sampling.sampler import DrawEvent, DrawnBatch, DrawRequest, DrawStep
from gal_studio.worker.cluster.actor import ActorPlace, DrawingActor, DrawingOrder, this_place
from gal_studio.worker.cluster.ray_cluster import connect, devices, is_loss

POLL_INTERVAL = 0.25  # seconds between two looks at a job that may be stopped
TIMEOUT = 60.0  # seconds without any device
MOST_TRIES = 3  # of one chunk, before it is taken to be what ends the processes

logger = logging.getLogger("gal_studio.worker")


@dataclass(frozen=True)
class Chunk:
    """Some of the requests, from `first` on; `tries` were lost with a process or a machine."""

    first: int
    requests: tuple[DrawRequest, ...]
    tries: int = 0


@dataclass(eq=False)
class Member:
    """A process of the cluster; `place` is unknown until it has started, which `arrival` awaits."""

    actor: Any
    arrival: Any
    place: ActorPlace | None = None


def split(requests: Sequence[DrawRequest], rows: int) -> list[Chunk]:
    """Chunks of one batch each: a picture depends on the shape of its batch in the last bits."""
    return [Chunk(first, tuple(requests[first : first + rows])) for first in range(0, len(requests), rows)]


class WorkerPool:
    """The processes of a cluster, one for each GPU (or for each `cores` processors where there is none).

    They are started when they are needed first, and keep their models until this process ends.
    """

    def __init__(self, address: str, cores: int = 1) -> None:
        self.address, self._cores = address, cores
        self._members: list[Member] = []
        self._rejected: list[Member] = []  # with other versions; they keep Ray from placing others there

    def draw(
        self, order: DrawingOrder, requests: Sequence[DrawRequest], adapter: Path | None
    ) -> Generator[DrawEvent, None, None]:
        """Draw all requests in chunks; finished ones are yielded as they come. Closing it ends the rest.

        A chunk whose process or machine is lost is drawn by another one.
        """
        if requests:
            connect(self.address)
            yield from _ActorDrawing(self, order, requests, adapter).events()

    @property
    def is_drawing(self) -> bool:
        """Whether any process has started."""
        return any(member.place for member in self._members)

    def members(self, most: int) -> list[Member]:
        """The processes, with new ones for devices that came, up to `most`."""
        ray = connect(self.address)
        count, options = devices(ray, self._cores)
        while len(self._members) < min(count - len(self._rejected), most):
            actor = ray.remote(DrawingActor).options(**options, max_restarts=0).remote()
            self._members.append(Member(actor, actor.describe.remote()))
        return self._members

    def dismiss(self, member: Member) -> None:
        """End a process."""
        connect(self.address).kill(member.actor)
        self._members = [each for each in self._members if each is not member]

    def reject(self, member: Member) -> None:
        """Give a process no work; it stays on its device. Refused if no other device is left."""
        self._members = [each for each in self._members if each is not member]
        self._rejected.append(member)
        ray = connect(self.address)
        count, _ = devices(ray, self._cores)
        if not self._members and len(self._rejected) >= count:
            for each in self._rejected:
                ray.kill(each.actor)
            self._rejected = []  # the next job looks again
            raise StudioError(
                "No machine of the Ray cluster has the same versions of GAL Studio, torch and diffusers as "
                "this one: install them there; the log names them."
            )


class _ActorDrawing:
    """One job's chunks: waiting, or with a process."""

    def __init__(
        self, pool: WorkerPool, order: DrawingOrder, requests: Sequence[DrawRequest], adapter: Path | None
    ) -> None:
        self._pool, self._order, self._total = pool, order, len(requests)
        self._ray = connect(pool.address)
        self._adapter = None if adapter is None else self._ray.put(adapter.read_bytes())
        self._waiting = deque(split(requests, order.settings.batch_size))
        # by what is awaited; a process without a chunk is starting
        self._busy: dict[Any, tuple[Member, Chunk | None]] = {}
        self._done, self._alone = 0, 0.0

    def events(self) -> Iterator[DrawEvent]:
        try:
            while self._done < self._total:
                self._hand_out()
                for reference in self._await():
                    yield from self._take(reference)
                notice = "" if self._pool.is_drawing else "Waiting for a device of the Ray cluster."
                yield DrawStep(self._done, self._total, notice)
        finally:
            for member, chunk in self._busy.values():
                if chunk is not None:  # nobody waits for it any more
                    self._pool.dismiss(member)

    def _await(self) -> list[Any]:
        """What is ready within a moment; refused if the cluster has no device for long."""
        if self._busy:
            self._alone = 0.0
            ready, _ = self._ray.wait(list(self._busy), num_returns=1, timeout=POLL_INTERVAL)
            return list(ready)
        time.sleep(POLL_INTERVAL)
        self._alone += POLL_INTERVAL
        if self._alone > TIMEOUT:
            raise StudioError(
                f"The Ray cluster {self._pool.address} has no device to generate on: join one with "
                "`ray start --address HOST:PORT`."
            )
        return []

    def _hand_out(self) -> None:
        working = {id(member) for member, _ in self._busy.values()}
        for member in list(self._pool.members(len(self._waiting) + len(working))):
            if id(member) in working:
                continue
            if member.place is None:
                self._busy[member.arrival] = (member, None)
            elif self._waiting:
                chunk = self._waiting.popleft()
                drawn = member.actor.draw.remote(self._order, chunk.requests, self._adapter)
                self._busy[drawn] = (member, chunk)

    def _take(self, reference: Any) -> Iterator[DrawnBatch]:
        member, chunk = self._busy.pop(reference)
        try:
            found = self._ray.get(reference)
        except Exception as error:
            if not is_loss(error):
                raise _as_studio_error(error, member) from error
            self._lose(member, chunk)
            return
        if chunk is None:
            self._welcome(member, found)
            return
        for batch in found:
            self._done += len(batch.images)
            yield replace(batch, first=chunk.first + batch.first)

    def _welcome(self, member: Member, place: ActorPlace) -> None:
        """Let a started process work, unless its versions would draw other pictures."""
        own = this_place()
        if place.versions != own.versions:
            logger.warning("%s has other versions: %s, here %s", place.host, place.versions, own.versions)
            self._pool.reject(member)
            return
        member.place = place
        logger.info("generating on %s: %s", place.host, place.device)

    def _lose(self, member: Member, chunk: Chunk | None) -> None:
        """Put the chunk of a lost process back, in front."""
        host = member.place.host if member.place else "a machine of the cluster"
        logger.warning("a process on %s was lost", host)
        self._pool.dismiss(member)
        if chunk is None:
            return
        if chunk.tries + 1 >= MOST_TRIES:
            raise StudioError(
                f"Generating the same images ended {MOST_TRIES} processes, the last one on {host}: there may "
                "be too little memory; choose a smaller sampling batch size."
            )
        self._waiting.appendleft(replace(chunk, tries=chunk.tries + 1))


def _as_studio_error(error: Exception, member: Member) -> StudioError:
    """An error of a process as one sentence that names its machine."""
    cause, host = getattr(error, "cause", error), member.place.host if member.place else "the cluster"
    if isinstance(cause, StudioError):
        return StudioError(f"On {host}: {cause}")
    logger.error("generating on %s failed: %s", host, error)
    return StudioError(f"Generating on {host} failed ({first_line(cause)}): the log has the details.")
