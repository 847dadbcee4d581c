"""How much memory a round needs on a device, by the size of the model and the settings."""

from dataclasses import dataclass
from typing import Literal

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.memory.shape import Line, ModelShape, spared
from gal_studio.core.settings import Settings

OVERHEAD = 1.4
"""Factor for the memory that libraries use within operations."""

DeviceKind = Literal["cuda", "cpu", "mps"]


@dataclass(frozen=True)
class Need:
    """Bytes on the device at the peak of each part of a round."""

    text: int
    training: int
    drawing: int

    @property
    def peak(self) -> int:
        """The largest of them."""
        return max(self.text, self.training, self.drawing)


def weight_bytes(machine: MachineSettings, device: DeviceKind) -> int:
    """Bytes of a base weight: 2 in half precision, 4 in float32."""
    if machine.precision != "auto":
        return 4 if machine.precision == "fp32" else 2
    return 2 if device == "cuda" else 4


def need(shape: ModelShape, settings: Settings, device: DeviceKind, whole_batch: bool = True) -> Need:
    """What a round needs; without `whole_batch`, if each picture is processed alone.

    Text encoders off the device take turns with the denoiser. On a CPU or MPS nothing is off the device.
    """
    machine = settings.machine
    size = weight_bytes(machine, device)
    autoencoder = 4 * shape.autoencoder
    text, denoiser = (
        _held(count, linear, machine, size)
        for count, linear in ((shape.text, shape.text_linear), (shape.denoiser, shape.linear))
    )
    apart = machine.text_off_device and device == "cuda"
    beside = autoencoder + (0 if apart else text)
    rows = settings.tune.batch_size if whole_batch else 1
    full = settings.tune.method == "full"
    base = 0 if full and device == "cuda" else denoiser  # it waits in main memory
    step = max(base + _training(shape, settings, size, rows), denoiser + _encoding(shape, settings))
    return Need(
        text=autoencoder + text + (0 if apart else denoiser),
        training=beside + int(step),
        drawing=beside + denoiser + int(_drawing(shape, settings, size, whole_batch)),
    )


def _held(count: int, linear: int, machine: MachineSettings, size: int) -> int:
    """Bytes of a part's base weights."""
    return linear + size * (count - linear) if machine.base == "int8" else size * count


def _training(shape: ModelShape, settings: Settings, size: int, rows: int) -> float:
    """Trained weights with gradients and moments, copies of autocast, and activations."""
    tune, machine = settings.tune, settings.machine
    target = "full" if tune.method == "full" else tune.target
    line = shape.training[spared(target) if machine.checkpointing else target]
    active = line.at(rows, (tune.resolution or shape.resolution) ** 2) * (size / 2)
    moments = 8 if machine.optimizer == "adamw" else 2
    if target == "full":
        half = 2 if size == 2 else 0  # the copies of autocast
        return (8 + moments + half) * shape.denoiser + OVERHEAD * max(0, active - size * shape.denoiser)
    integers = machine.base == "int8" and not machine.checkpointing
    return (
        (8 + moments) * tune.rank * shape.lora[target]
        + OVERHEAD * active
        + (size * shape.linear if integers else 0)
    )


def _encoding(shape: ModelShape, settings: Settings) -> float:
    return OVERHEAD * _coded(shape.encoding, settings.tune.resolution or shape.resolution, settings.machine)


def _drawing(shape: ModelShape, settings: Settings, size: int, whole_batch: bool) -> float:
    generation = settings.generation
    side = generation.resolution or shape.resolution
    guided = generation.guidance_scale > shape.guided_above
    rows = (generation.batch_size if whole_batch else 1) * (2 if guided else 1)
    denoising = shape.drawing.at(rows, side**2) * (size / 2)
    return OVERHEAD * max(denoising, _coded(shape.decoding, side, settings.machine))


def _coded(line: Line, side: int, machine: MachineSettings) -> float:
    """Bytes of encoding or decoding one picture, or a quarter of it."""
    return line.at(1, side**2 / (4 if machine.tiling else 1))


def operations(shape: ModelShape, settings: Settings, trained: int, drawn: int) -> float:
    """Multiplications and additions of a round: so many training steps and so many pictures.

    A backward pass costs two forwards, one more if activations are computed again.
    """
    tune, generation = settings.tune, settings.generation
    step = shape.operations.at(tune.batch_size, (tune.resolution or shape.resolution) ** 2)
    guided = 2 if generation.guidance_scale > shape.guided_above else 1
    forward = shape.operations.at(guided, (generation.resolution or shape.resolution) ** 2)
    passes = 4 if settings.machine.checkpointing else 3
    return trained * step * passes + drawn * generation.steps * forward
