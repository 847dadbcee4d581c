"""Requests, and what this process draws for them."""

from pathlib import Path

import pytest
import torch

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, save_adapter, trainable
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.worker.cluster.actor import DrawingOrder
from gal_studio.worker.cluster.pool import WorkerPool
from tests.engine.tiny import make_tiny_pipeline

REQUESTS = [DrawRequest(f"a thing {number % 5}", number) for number in range(18)]
Pictures = dict[int, bytes]


@pytest.fixture(scope="session")
def trained(order: DrawingOrder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that changes the pictures."""
    model = load_image_model(order.base_model)
    attach_lora(model, TuneSettings(rank=2), torch.Generator().manual_seed(1))
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.fill_(0.05)
    folder = tmp_path_factory.mktemp("adapter")
    return save_adapter(model, folder / "adapter.safetensors", AdapterCard("in a style", "tiny", 1, 0))


@pytest.fixture(scope="session")
def order(tmp_path_factory: pytest.TempPathFactory) -> DrawingOrder:
    name = make_tiny_pipeline(tmp_path_factory.mktemp("cluster") / "pipeline")
    settings = GenerationSettings(steps=3, batch_size=4, guidance_scale=3.0)
    return DrawingOrder(str(name), MachineSettings(), {}, settings)


@pytest.fixture(scope="session")
def here(order: DrawingOrder) -> Pictures:
    """The pictures without a cluster, by one thread, as each of Ray has: several round otherwise."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with drawing(load_image_model(order.base_model)) as opened:
            return pictures_of(draw(opened, REQUESTS, order.settings))
    finally:
        torch.set_num_threads(threads)


def pictures_of(events: object) -> Pictures:
    batches = [event for event in events if isinstance(event, DrawnBatch)]  # type: ignore[attr-defined]
    return {batch.first + row: image.tobytes() for batch in batches for row, image in enumerate(batch.images)}


def drawn_by(pool: WorkerPool, order: DrawingOrder, adapter: Path | None = None) -> Pictures:
    return pictures_of(pool.draw(order, REQUESTS, adapter))
