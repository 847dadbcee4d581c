"""A real Ray cluster of two processes: the same pictures, also after one of them was killed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gal_studio.engine.sampling.sampler import DrawnBatch
from gal_studio.worker.cluster.actor import Order
from gal_studio.worker.cluster.pool import WorkerPool
from tests.worker.cluster.conftest import REQUESTS, Pictures, drawn_by

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """A cluster on this machine, with the functions of Ray."""
    ray = pytest.importorskip("ray")
    paths = [str(Path(__file__).parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {"env_vars": {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}}
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
    yield ray
    ray.shutdown()


def test_two_processes_draw_the_same_pictures(ray: Any, order: Order, here: Pictures, trained: Path) -> None:
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
