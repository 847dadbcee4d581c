"""A real Ray cluster of this computer draws pictures, also after a process was killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gal_studio.engine.sampling.sampler import DrawnBatch
from gal_studio.worker.cluster.actor import DrawingOrder
from gal_studio.worker.cluster.pool import WorkerPool
from gal_studio.worker.cluster.ray_cluster import LOCAL, connect
from tests.worker.cluster.conftest import REQUESTS, Pictures, drawn_by

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """The functions of Ray, with a cluster that is started once."""
    pytest.importorskip("ray")
    ray = connect(LOCAL)
    yield ray
    ray.shutdown()


def test_two_processes_draw_the_same_pictures(
    ray: Any, order: DrawingOrder, here: Pictures, trained: Path
) -> None:
    pool = WorkerPool("auto")
    assert drawn_by(pool, order) == here
    changed = drawn_by(pool, order, trained)
    assert changed.keys() == here.keys() and changed != here
    killed, found = False, {}
    for event in pool.draw(order, REQUESTS, None):
        if isinstance(event, DrawnBatch):
            found |= {event.first + row: image.tobytes() for row, image in enumerate(event.images)}
            if not killed:
                ray.kill(pool.members(2)[0].actor)
                killed = True
    assert found == here
    with_model = [each for each in pool.members(2) if each.place]
    assert with_model
