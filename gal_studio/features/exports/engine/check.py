"""The check of exported files and its pictures, step by step as other work of the worker."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing

from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.steps import Steps
from gal_studio.engine.loras import check
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import StockRequest
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawEvent, DrawnBatch
from gal_studio.features.exports.engine.task import ExportTask
from gal_studio.worker.task import Progress


def check_exported(
    requests: Sequence[StockRequest], pictures: Sequence[Image.Image]
) -> Generator[Progress, None, tuple[Checked, ...]]:
    """Draw with each file in a fresh process, and compare."""
    yield Progress("check", 0, 0)
    checking = Steps(check.check_files(requests, pictures))
    with closing(iter(checking)) as steps:
        for _ in steps:
            yield Progress("check", 0, 0)
    return checking.result


def stock_request(
    task: ExportTask, model: ImageModel, settings: GenerationSettings, file: str, layers: int
) -> StockRequest:
    """What the stock pipeline is to draw with a file of so many layers."""
    return StockRequest(
        model=resolve_model(task.models.located(task.project.base_model)),
        revisions=dict(task.models.revisions),
        device=str(model.device),
        held=task.settings.machine.precision,
        precision=str(model.drawing_precision).removeprefix("torch."),
        file=file,
        pictures=tuple((request.prompt, request.seed) for request in task.requests),
        steps=settings.steps,
        sigmas=settings.denoising.sigmas,
        guidance_scale=settings.guidance_scale,
        resolution=settings.resolution or model.resolution,
        layers=layers,
    )


def collected(events: Iterable[DrawEvent], total: int) -> Generator[Progress, None, list[Image.Image]]:
    """The pictures of a drawing, of which there are so many in the end."""
    pictures: list[Image.Image] = []
    for event in events:
        if isinstance(event, DrawnBatch):
            pictures += event.images
        yield Progress("draw", len(pictures), total)
    return pictures
