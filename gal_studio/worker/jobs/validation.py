"""Look at held-out prompts during a training (Eq. G22): copies among their pictures, and what they carry."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from statistics import fmean

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.validation import HELD_OUT, Validation
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.snapshot import Preview
from gal_studio.core.types import Remark
from gal_studio.engine.memory.plan import is_out_of_memory, release_memory
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawEvent, DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.rounds import lineage
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.task import Progress
from gal_studio.worker.training.training_run import TrainingTask


def open_validation(task: TrainingTask) -> Generator[Progress, None, CopyDetector | None]:
    """What finds copies in the pictures of held-out prompts; nothing is opened without validations."""
    if not task.settings.tune.validate_every:
        return None
    return (yield from open_detector(task))


def validate(
    task: TrainingTask, model: ImageModel, detector: CopyDetector | None, event: TuneEvent
) -> Generator[Progress, None, None]:
    """Draw test prompts that nothing was trained on with the weights of now, and store what they say.

    Their pictures, side by side, are a preview of this step; each has the seed of its first candidate.
    A training goes on without them where they cannot be drawn.
    """
    requests, images, remarks = held_out(task), list[Image.Image](), list[Remark]()
    if not (requests and task.project.has_references):  # without references nothing counts as a copy
        return
    for each in drawn_or_refused(model, requests, task.settings.generation):
        if isinstance(each, DrawnBatch):
            images += each.images
            remarks += each.remarks
        elif isinstance(each, str):
            yield Progress("fine_tune", event.step, event.total, f"No validation: {each}")
            return
        else:
            message = f"Generating {len(requests)} test prompts: {each.done} of {each.total} steps"
            yield Progress("fine_tune", event.step, event.total, each.notice or message)
    try:
        found = _candidates(task, requests, images, remarks, detector)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        release_memory()
        refusal = "No validation: there is not enough memory to look at its images beside the training."
        yield Progress("fine_tune", event.step, event.total, refusal)
        return
    seen = [one for one in found if not one.is_blank]
    if not seen:
        yield Progress("fine_tune", event.step, event.total, "No validation: its images are flat.")
        return
    _keep(task, event.step, requests, images, seen)


def preview_held_out(task: TrainingTask, model: ImageModel) -> Generator[Progress, None, None]:
    """Draw these test prompts before the first step, as the preview of step 0; nothing is judged."""
    requests, images = held_out(task), list[Image.Image]()
    for each in drawn_or_refused(model, requests, task.settings.generation):
        if isinstance(each, DrawnBatch):
            images += each.images
        elif isinstance(each, str):
            yield Progress("fine_tune", 0, task.steps, f"No preview: {each}")
            return
        else:
            message = f"Generating a preview: {each.done} of {each.total} steps"
            yield Progress("fine_tune", 0, task.steps, each.notice or message)
    _keep_sheet(task, 0, requests, images)


def _keep_sheet(
    task: TrainingTask, step: int, requests: Sequence[DrawRequest], images: Sequence[Image.Image]
) -> None:
    """Store the pictures of a step, side by side, as its preview."""
    prompts = "; ".join(request.prompt for request in requests)
    image = task.store.images.add_picture(side_by_side(images))
    task.store.rounds.add_preview(task.round.id, Preview(step, prompts, requests[0].seed, image))


def _keep(
    task: TrainingTask,
    step: int,
    requests: Sequence[DrawRequest],
    images: Sequence[Image.Image],
    seen: Sequence[Candidate],
) -> None:
    """Store what the pictures say after this step, and all of them as a preview."""
    known = [one.carries for one in seen if one.carries is not None]
    store = task.store
    with store.database.transaction():
        store.rounds.add_validation(
            task.round.id,
            Validation(
                step=step,
                pictures=len(seen),
                copies=sum(one.overfit for one in seen),
                carried=fmean(known) if known else None,
            ),
        )
        _keep_sheet(task, step, requests, images)


def held_out(task: TrainingTask) -> list[DrawRequest]:
    """Prompts of the pool from its whole length: none of them has an accepted picture."""
    pool = lineage.pool(task.store.snapshots.round(task.round.id))
    count = min(HELD_OUT, len(pool))
    chosen = [pool[place * len(pool) // count] for place in range(count)]
    return [DrawRequest(one.prompt, candidate_seed(task.project.seed, one.prompt, 0)) for one in chosen]


def _candidates(
    task: TrainingTask,
    requests: Sequence[DrawRequest],
    images: Sequence[Image.Image],
    remarks: Sequence[Remark],
    detector: CopyDetector | None,
) -> list[Candidate]:
    """The pictures with their scores, so that copies among them are those of the round (Eq. G12)."""
    scores = score_images(task, images, [request.prompt for request in requests], detector).scores
    shift = copy_shift(task.store.database, task.project.id)
    return [
        Candidate(
            id="",
            anchor_id="",
            index=0,
            seed=request.seed,
            image="",
            similarity_anchor=known.pop("similarity_anchor"),
            similarity_reference=known.pop("similarity_reference"),
            more_scores=known,
            copy_detectors=task.settings.gal.copy_detectors,
            copy_shift=shift,
            remark=remark,
        )
        for request, known, remark in zip(requests, scores, remarks, strict=True)
    ]


def side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    """All pictures in one, two in a row."""
    width, height = images[0].size
    columns = min(2, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for place, image in enumerate(images):
        sheet.paste(image, (place % columns * width, place // columns * height))
    return sheet


def drawn_or_refused(
    model: ImageModel, requests: Sequence[DrawRequest], settings: GenerationSettings
) -> Iterator[DrawEvent | str]:
    """What `draw` yields, or why it cannot: a training goes on without these pictures."""
    few = replace(settings, batch_size=min(settings.batch_size, len(requests)))
    with closing(draw(model, requests, few)) as drawn:  # type: ignore[type-var]
        try:
            yield from drawn
        except StudioError as refusal:
            yield str(refusal)
