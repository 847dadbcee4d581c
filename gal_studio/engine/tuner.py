"""Fine-tune the denoiser on weighted pictures (Eq. G9), as a generator of progress events."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import SampleSettings, TuneSettings
from gal_studio.engine.adapters import detach
from gal_studio.engine.attention import training_attention
from gal_studio.engine.batches import SampleSource
from gal_studio.engine.checkpoints import Checkpoint, read_checkpoint
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import TrainingPicture
from gal_studio.engine.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training import Training


@dataclass(frozen=True)
class TuneEvent:
    """`step` of `total` steps are done, the last with this loss; `notice` is for the user."""

    step: int
    total: int
    loss: float
    notice: str = ""


def fine_tune(
    model: ImageModel,
    samples: Sequence[TrainingPicture],
    prior: Sequence[TrainingPicture],
    settings: TuneSettings,
    seed: int,
    resume_from: Path | None = None,
    checkpoint: Callable[[Checkpoint], None] | None = None,
    start_from: Path | None = None,
) -> Iterator[TuneEvent]:
    """Train from the base model, or from the adapter `start_from`; when it ends, the adapter stays attached.

    `checkpoint` is called every `checkpoint_every` steps and when the caller closes the generator; a file
    made from it may be given as `resume_from`, and on a CPU the rest is then the same bit for bit. Call
    `save_adapter` and `detach` after the last event. One that is stopped or fails leaves the base model.
    """
    if not samples:
        raise StudioError("There is nothing to train on: add a reference picture.")

    def make() -> Training:
        source = SampleSource(model, samples, prior, settings, seed)
        return Training(model, source, settings, seed, start_from)

    yield from train(model, make, resume_from, checkpoint)


def train(
    model: ImageModel,
    make: Callable[[], Training],
    resume_from: Path | None,
    checkpoint: Callable[[Checkpoint], None] | None,
) -> Iterator[TuneEvent]:
    """Run the training that `make` prepares, from its beginning or its checkpoint; see `fine_tune`."""
    training = None
    completed = False
    try:
        training = make()
        if resume_from is not None:
            training.restore(read_checkpoint(resume_from, training.source.fingerprint))
        total, every = training.settings.steps, training.settings.checkpoint_every
        with training_attention(model):
            while training.step < total:
                loss = training.advance()
                yield TuneEvent(training.step, total, loss, training.take_notice())
                if checkpoint is not None and training.step % every == 0:
                    checkpoint(training.checkpoint())
        completed = True
    except GeneratorExit:
        if checkpoint is not None and training is not None:
            checkpoint(training.checkpoint())
        raise
    finally:
        model.unet.disable_gradient_checkpointing()
        if not completed:
            detach(model)


def training_sample(model: ImageModel, prompt: str, seed: int, settings: SampleSettings) -> Image.Image:
    """Draw one picture with the weights as they are now, between two steps of a training."""
    alone = settings.updated({"batch_size": 1})
    for event in draw(model, [DrawRequest(prompt, seed)], alone):
        if isinstance(event, DrawnBatch):
            return event.images[0]
    raise AssertionError("draw ends with a batch")
