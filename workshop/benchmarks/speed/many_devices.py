"""Pictures a second of a Ray cluster of this machine against one process, in the same run; needs Ray.

    python -m workshop.benchmarks.speed.many_devices --nodes 2 --pictures 64

Each node of the cluster has one processor. The pictures must be equal, also after a node was killed.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawEvent, DrawnBatch, DrawRequest, draw
from gal_studio.worker.cluster.actor import DrawingOrder
from gal_studio.worker.cluster.pool import WorkerPool
from workshop.benchmarks.output import told

THINGS = ("a cat", "a drum", "a koala", "a kite", "a shoe", "a parrot")
Pictures = Mapping[int, bytes]


def collect(events: Iterator[DrawEvent], watch: Callable[[], object] = lambda: None) -> Pictures:
    found = {}
    for event in events:
        if isinstance(event, DrawnBatch):
            found |= {event.first + row: image.tobytes() for row, image in enumerate(event.images)}
            watch()
    return found


def timed(events: Iterator[DrawEvent]) -> tuple[Pictures, float]:
    started = time.perf_counter()
    return collect(events), time.perf_counter() - started


def measure(nodes: int, pictures: int, batch: int, steps: int) -> dict[str, Any]:
    # Ray's default lets all other programs go first
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray spells it so
    import ray
    from ray.cluster_utils import Cluster

    torch.set_num_threads(1)
    name = load_preset("pocket").base_model
    settings = GenerationSettings(steps=steps, batch_size=batch)
    requests = [DrawRequest(THINGS[number % len(THINGS)], number) for number in range(pictures)]
    order = DrawingOrder(name, MachineSettings(), {}, settings)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    started = [cluster.add_node(num_cpus=1) for _ in range(nodes - 1)]
    pool = WorkerPool(cluster.address)
    begun = time.perf_counter()
    collect(pool.draw(order, requests[: nodes * batch], None))  # starts the processes
    ready = time.perf_counter() - begun
    there, seconds_there = timed(pool.draw(order, requests, None))
    model = load_image_model(resolve_model(name))
    with drawing(model) as opened:
        here, seconds_here = timed(draw(opened, requests, settings))
    kills = [lambda: cluster.remove_node(started.pop(), allow_graceful=False)] if started else []
    after = collect(pool.draw(order, requests, None), lambda: kills.pop()() if kills else None)
    ray.shutdown()
    cluster.shutdown()
    return {
        "nodes": nodes,
        "pictures": pictures,
        "first_chunks_after_seconds": round(ready, 1),
        "speed_of_the_cluster_by_one_process": round(seconds_here / seconds_there, 2),
        "efficiency": round(seconds_here / seconds_there / nodes, 2),
        "equal": here == there,
        "equal_after_a_node_was_killed": here == after,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures a second of a Ray cluster of this machine.")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=20)
    given = parser.parse_args()
    print(json.dumps(told(measure(given.nodes, given.pictures, given.batch, given.steps)), indent=2))


if __name__ == "__main__":
    main()
