"""Chunks are handed out, lost ones again; here by a stand-in for Ray that runs in this process."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import Speedup, drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, draw
from gal_studio.worker.cluster import pool as module
from gal_studio.worker.cluster.actor import DrawingActor, DrawingOrder
from gal_studio.worker.cluster.pool import WorkerPool, split
from gal_studio.worker.speed_loras import SpeedLoras
from tests.engine.sampling.test_few_steps import write_lora
from tests.worker.cluster.conftest import REQUESTS, Pictures, drawn_by, pictures_of


class LostError(Exception):
    """A process is gone."""


@dataclass(eq=False)
class Task:
    actor: "Actor"
    name: str
    run: Callable[[], Any]


@dataclass(eq=False)
class Method:
    actor: "Actor"
    name: str

    def remote(self, *given: Any) -> Task:
        self.actor.cluster.asked.append((self.actor, self.name))
        return Task(self.actor, self.name, lambda: getattr(self.actor.target, self.name)(*given))


@dataclass(eq=False)
class Actor:
    cluster: "Cluster"
    target: DrawingActor
    alive: bool = True

    def __getattr__(self, name: str) -> Method:
        return Method(self, name)


@dataclass
class Cluster:
    """What the pool uses of Ray. Tasks run when they are fetched, the last one first; some actors die."""

    devices: int = 2
    deaths: int = 0  # how many of the next chunks end their process
    asked: list[tuple[Actor, str]] = field(default_factory=list)
    made: list[Actor] = field(default_factory=list)
    killed: list[Actor] = field(default_factory=list)
    make: Callable[[], DrawingActor] = DrawingActor

    def remote(self, _: type) -> "Cluster":
        return self

    def options(self, **_: Any) -> Any:
        cluster = self

        class Options:
            def remote(self) -> Actor:
                cluster.made.append(Actor(cluster, cluster.make()))
                return cluster.made[-1]

        return Options()

    def put(self, value: bytes) -> bytes:
        return value

    def wait(self, tasks: list[Task], num_returns: int, timeout: float) -> tuple[list[Task], list[Task]]:
        first = [task for task in tasks if task.name == "describe"] or tasks[-num_returns:]
        return first[:num_returns], [task for task in tasks if task is not first[0]]

    def get(self, task: Task) -> Any:
        if self.deaths and task.name == "draw":
            self.deaths -= 1
            task.actor.alive = False
        if not task.actor.alive:
            raise LostError
        return task.run()

    def kill(self, actor: Actor) -> None:
        self.killed.append(actor)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setattr(module, "connect", lambda _: made)
    monkeypatch.setattr(module, "devices", lambda *_: (made.devices, {}))
    monkeypatch.setattr(module, "is_loss", lambda error: isinstance(error, LostError))
    monkeypatch.setattr(module, "POLL_INTERVAL", 0.01)
    monkeypatch.setattr(module, "TIMEOUT", 0.05)
    return made


def test_a_chunk_is_a_batch(order: DrawingOrder) -> None:
    chunks = split(REQUESTS, order.settings.batch_size)
    sizes = [(chunk.first, len(chunk.requests)) for chunk in chunks]
    assert sizes == [(0, 4), (4, 4), (8, 4), (12, 4), (16, 2)]
    assert [request for chunk in chunks for request in chunk.requests] == REQUESTS


def test_every_device_draws_and_the_pictures_are_the_same(
    cluster: Cluster, order: DrawingOrder, here: Pictures
) -> None:
    pool = WorkerPool("auto")
    assert drawn_by(pool, order) == here
    assert {id(actor) for actor, name in cluster.asked if name == "draw"} == {
        id(each) for each in cluster.made
    }
    assert len(cluster.made) == 2 and not cluster.killed
    assert drawn_by(pool, order) == here
    assert len(cluster.made) == 2  # they stay


def test_a_lost_process_costs_its_chunk(cluster: Cluster, order: DrawingOrder, here: Pictures) -> None:
    cluster.deaths = 2
    assert drawn_by(WorkerPool("auto"), order) == here
    assert len([name for _, name in cluster.asked if name == "draw"]) == 5 + 2
    assert len(cluster.made) == 4 and len(cluster.killed) == 2


def test_a_chunk_that_ends_every_process_is_given_up(cluster: Cluster, order: DrawingOrder) -> None:
    cluster.deaths, cluster.devices = 99, 1
    with pytest.raises(StudioError, match=r"ended 3 processes.*too little memory"):
        drawn_by(WorkerPool("auto"), order)


def test_devices_that_join_are_used(cluster: Cluster, order: DrawingOrder, here: Pictures) -> None:
    cluster.devices = 1
    events, found = WorkerPool("auto").draw(order, REQUESTS, None), {}
    for event in events:
        if isinstance(event, DrawnBatch):
            cluster.devices = 3
            found |= {event.first + row: image.tobytes() for row, image in enumerate(event.images)}
    assert found == here and len(cluster.made) == 3


def test_stop_ends_what_is_being_drawn(cluster: Cluster, order: DrawingOrder) -> None:
    pool = WorkerPool("auto")
    events = pool.draw(order, REQUESTS, None)
    while not isinstance(next(events), DrawnBatch):
        pass
    events.close()
    assert cluster.killed and len(pool.members(2)) == 2


def test_other_versions_are_rejected(
    cluster: Cluster, order: DrawingOrder, caplog: pytest.LogCaptureFixture
) -> None:
    class Older(DrawingActor):
        def describe(self) -> Any:
            return replace(super().describe(), host="attic", versions={"torch": "1.0"})

    cluster.make = Older
    with pytest.raises(StudioError, match="has the same versions"):
        drawn_by(WorkerPool("auto"), order)
    assert "attic has other versions" in caplog.text


def test_machines_with_other_versions_are_left_out(
    cluster: Cluster, order: DrawingOrder, here: Pictures
) -> None:
    class Mixed(DrawingActor):
        """The process that was started first is on a machine with other versions."""

        def describe(self) -> Any:
            found = super().describe()
            return replace(found, versions={"torch": "1.0"}) if cluster.made[0].target is self else found

    cluster.make = Mixed
    pool, first = WorkerPool("auto"), {number: here[number] for number in range(4)}
    assert pictures_of(pool.draw(order, REQUESTS[:4], None)) == first  # one chunk, which starts one process
    assert drawn_by(pool, order) == here
    assert len(cluster.made) == 2 and not cluster.killed  # the first one keeps its place
    pool.dismiss(pool.members(1)[0])
    assert pictures_of(pool.draw(order, REQUESTS[:4], None)) == first
    assert len(cluster.made) == 3


def test_an_error_names_the_machine(cluster: Cluster, order: DrawingOrder) -> None:
    elsewhere = replace(order, base_model="/nowhere/on/this/machine")
    with pytest.raises(StudioError, match=r"^On .*: .*nowhere"):
        drawn_by(WorkerPool("auto"), elsewhere)


def test_a_cluster_without_devices_is_one_sentence(cluster: Cluster, order: DrawingOrder) -> None:
    cluster.devices = 0
    with pytest.raises(StudioError, match="has no device to generate on"):
        drawn_by(WorkerPool("auto"), order)


def test_without_ray_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, order: DrawingOrder
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(StudioError, match=r'pip install -e "\.\[ray\]"'):
        drawn_by(WorkerPool("local"), order)


def test_an_adapter_is_fused_and_left_again(order: DrawingOrder, tmp_path: Path, trained: Path) -> None:
    actor, few = DrawingActor(), REQUESTS[:4]

    def drawn(adapter: bytes | None) -> list[bytes]:
        (batch,) = actor.draw(order, few, adapter)
        return [image.tobytes() for image in batch.images]

    base, changed = drawn(None), drawn(trained.read_bytes())
    assert base != changed
    assert drawn(trained.read_bytes()) == changed
    assert drawn(None) == base
    order = replace(order, recipe=Recipe(0.0, 1.0, 0.5))
    assert drawn(trained.read_bytes()) not in (base, changed)
    order = replace(order, recipe=Recipe.constant(0.0))
    assert drawn(trained.read_bytes()) == base


def test_a_device_draws_with_the_fast_model_and_the_speed_lora_of_the_order(
    order: DrawingOrder, tmp_path: Path
) -> None:
    """As the worker itself does; the LoRA is converted on the device."""
    lora, model = tmp_path / "speed.safetensors", load_image_model(order.base_model, device="cpu")
    write_lora(model, lora)
    settings = replace(order.settings, speed_lora=str(lora), fast_steps=2, fast_solver="lcm")
    actor, fast = DrawingActor(), replace(order, settings=settings)
    plain = actor.draw(order, REQUESTS, None)
    drawn = actor.draw(fast, REQUESTS, None)
    loras = SpeedLoras()
    speed = Speedup("lcm", loras.find(str(lora), order.base_model, {}))
    with drawing(model, speed=speed) as ready:
        here = [one for one in draw(ready, REQUESTS, settings.as_drawn) if isinstance(one, DrawnBatch)]
    assert [one.images for one in drawn] == [one.images for one in here]
    assert drawn[0].images != plain[0].images and drawn[0].forwards == 2 * len(drawn[0].images)
    again = actor.draw(order, REQUESTS, None)
    assert [one.images for one in again] == [one.images for one in plain]
    assert replace(order, settings=replace(order.settings, fast_model="sibling")).model == "sibling"
