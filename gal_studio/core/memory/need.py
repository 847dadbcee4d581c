"""How much memory a round needs on a device, by the size of the model and the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gal_studio.core.memory.allocator import InstructionSet, kept
from gal_studio.core.memory.machine import MOMENTS, MachineSettings
from gal_studio.core.memory.shape import Line, ModelShape, spared
from gal_studio.core.settings import Settings, check_target

DeviceKind = Literal["cuda", "cpu", "cpu-bf16", "mps"]
"""`cpu-bf16` is a processor with bfloat16: it holds weights in float32, and computes with copies of them."""

OVERHEAD: Mapping[str, float] = {"cuda": 1.42, "mps": 1.42, "cpu": 1.1, "cpu-bf16": 1.1}
"""Factor for what libraries use within operations, and for gaps: measured (docs/models.md)."""

FRAGMENTED: Mapping[str, float] = {"lora": 1.23, "full": 1.08, "drawing": 1.1}
"""Factors of the peaks of training and drawing on a CPU, for free memory that its allocator keeps: about the
least with which no plan is below a measured peak (`tools/shapes/measured.py`)."""


HERE = 3
"""Blocks on the device where they are swapped: one computes, one is on the way, one is not yet released."""


@dataclass(frozen=True)
class MemoryNeed:
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


def computed_bytes(machine: MachineSettings, device: DeviceKind) -> int:
    """Bytes of an activation of the denoiser: 2 in half precision, 4 in float32."""
    if machine.precision != "auto":
        return weight_bytes(machine, device)
    return 2 if device in ("cuda", "cpu-bf16") else 4


def need(
    shape: ModelShape,
    settings: Settings,
    device: DeviceKind,
    whole_batch: bool = True,
    room: int | None = None,
) -> MemoryNeed:
    """What a round needs; without `whole_batch`, if each picture is processed alone.

    With a `room` in bytes, this includes what a GPU holds only because there is room, so that it is what will
    be used; without, it is the least. Text encoders off the device take turns with the denoiser. On a CPU or
    MPS nothing is off the device.
    """
    if settings.tune.method != "full":
        check_target(settings.tune.target, shape.lora)
    apart = _text_is_apart(settings.machine, device)
    autoencoder, text, denoiser = _weights(shape, settings.machine, device)
    beside = autoencoder + (0 if apart else text)
    rows = settings.tune.batch_size if whole_batch else 1
    full = settings.tune.method == "full"
    base = 0 if full and device == "cuda" else denoiser  # it waits in main memory
    step = max(base + _training(shape, settings, device, rows), denoiser + _encoding(shape, settings, device))
    held = held_while_drawing(shape, settings, device)
    drawn = held + int(_drawing(shape, settings, device, whole_batch))
    with_other = drawn + _other_strength(shape, settings, device, room, held)
    if room is not None:  # batches are split before more is used
        with_other = min(with_other, max(drawn, room))
    on_cpu = device.startswith("cpu")
    return MemoryNeed(
        text=autoencoder + text + (0 if apart else denoiser),
        training=int((beside + int(step)) * (FRAGMENTED["full" if full else "lora"] if on_cpu else 1)),
        drawing=int(with_other * (FRAGMENTED["drawing"] if on_cpu else 1)),
    )


def held_while_drawing(shape: ModelShape, settings: Settings, device: DeviceKind) -> int:
    """Bytes of the weights that are on the device while pictures are drawn."""
    autoencoder, text, denoiser = _weights(shape, settings.machine, device)
    beside = autoencoder + (0 if _text_is_apart(settings.machine, device) else text)
    return beside + denoiser + _drawn_copies(shape, settings, device)


def _text_is_apart(machine: MachineSettings, device: DeviceKind) -> bool:
    return machine.text_off_device and device == "cuda"


def _weights(shape: ModelShape, machine: MachineSettings, device: DeviceKind) -> tuple[int, int, int]:
    """Bytes of the autoencoder, the text encoders and the denoiser."""
    size = weight_bytes(machine, device)
    text = _held(shape.text, shape.text_linear, machine, size)
    denoiser = _held(shape.denoiser, shape.linear, machine, size)
    if device == "cuda" and machine.swapping:
        text -= waiting_bytes(shape, "text", machine, size)
        denoiser -= waiting_bytes(shape, "denoiser", machine, size)
    return 4 * shape.autoencoder, text, denoiser


def waiting_bytes(shape: ModelShape, part: str, machine: MachineSettings, size: int) -> int:
    """Bytes of a part's blocks that wait in main memory: all but those at the computation."""
    count, linear, largest = shape.waiting.get(part, (0, 0, 0))
    blocks = _held(count, linear, machine, size)
    return max(0, blocks - HERE * blocks * largest // max(1, count))


def _held(count: int, linear: int, machine: MachineSettings, size: int) -> int:
    """Bytes of a part's base weights."""
    return linear + size * (count - linear) if machine.base == "int8" else size * count


def _training(shape: ModelShape, settings: Settings, device: DeviceKind, rows: int) -> float:
    """Trained weights with gradients and moments, a teacher's, copies of autocast, and activations."""
    tune, machine = settings.tune, settings.machine
    target = "full" if tune.method == "full" else tune.target
    line = shape.training[spared(target) if machine.recomputes else target]
    size = computed_bytes(machine, device)
    active = line.at(rows, (tune.resolution or shape.resolution) ** 2) * (size / 2)
    moments = MOMENTS[machine.optimizer]
    if target == "full":
        half = 2 if size == 2 else 0  # the copies of autocast
        held = (8 + moments + half) * shape.denoiser
        return held + OVERHEAD[device] * max(0, active - size * shape.denoiser)
    held = (8 + moments + (4 if tune.may_be_taught else 0)) * tune.rank * shape.lora[target]
    if tune.method == "lokr":  # which changes whole weights: each is held for the backward pass
        held += size * (
            min(shape.block, shape.targeted[target]) if machine.recomputes else shape.targeted[target]
        )
    return held + _copies(shape, machine, device) + OVERHEAD[device] * active


def _copies(shape: ModelShape, machine: MachineSettings, device: DeviceKind) -> int:
    """Copies of base weights in the precision of computations, kept for the backward pass.

    Weights of another precision are copied, and 8-bit integers. With checkpointing it is one block at a time.
    """
    size = computed_bytes(machine, device)
    held = shape.block if machine.recomputes else shape.denoiser
    if size != weight_bytes(machine, device):
        return size * held
    return size * min(held, shape.linear) if machine.base == "int8" else 0


def _encoding(shape: ModelShape, settings: Settings, device: DeviceKind) -> float:
    side = settings.tune.resolution or shape.resolution
    return OVERHEAD[device] * _coded(shape.encoding, side, settings.machine)


def _drawn_copies(shape: ModelShape, settings: Settings, device: DeviceKind) -> int:
    """Bytes of the weights that replace base weights in drawing on a CPU, whose memory still holds those.

    All are replaced if the base has another precision, or else those that the adapter changes. A GPU's base
    weights wait in main memory meanwhile.
    """
    tune, machine = settings.tune, settings.machine
    size = computed_bytes(machine, device)
    if device in ("cuda", "mps") or machine.base == "int8":
        return 0
    all_of_them = size != weight_bytes(machine, device) or tune.method == "full"
    all_of_them = all_of_them or bool(settings.generation.speed_lora.strip())
    return size * (shape.denoiser if all_of_them else shape.targeted[tune.target])


def _other_strength(
    shape: ModelShape, settings: Settings, device: DeviceKind, room: int | None, held: int
) -> int:
    """Bytes of the changed weights at the other strength of a schedule that changes in mid-image.

    On a GPU they wait in main memory, unless a second denoiser would leave half of what is free.
    """
    generation, full = settings.generation, settings.tune.method == "full"
    switches = generation.latest_switch > 0 or (generation.allocation == "ladder" and not full)
    if not switches or settings.machine.base == "int8":
        return 0
    size = computed_bytes(settings.machine, device)
    is_short = settings.machine.text_off_device or room is None or 2 * size * shape.denoiser > room - held
    if device in ("cuda", "mps") and is_short:
        return 0
    return size * (shape.denoiser if full else shape.targeted[settings.tune.target])


def _drawing(shape: ModelShape, settings: Settings, device: DeviceKind, whole_batch: bool) -> float:
    generation = settings.generation.as_drawn
    side = generation.resolution or shape.resolution
    guided = generation.guidance_scale > shape.guided_above
    rows = (generation.batch_size if whole_batch else 1) * (2 if guided else 1)
    denoising = shape.drawing.at(rows, side**2) * (computed_bytes(settings.machine, device) / 2)
    live = OVERHEAD[device] * max(denoising, _coded(shape.decoding, side, settings.machine))
    if not device.startswith("cpu"):
        return live
    used: InstructionSet = "AVX512_CORE_AMX" if device == "cpu-bf16" else "AVX2"  # those that keep most
    return live + kept(live, used, computed_bytes(settings.machine, device) == 2)


def _coded(line: Line, side: int, machine: MachineSettings) -> float:
    """Bytes of encoding or decoding one picture, or a quarter of it."""
    return line.at(1, side**2 / (4 if machine.tiling else 1))


def operations(shape: ModelShape, settings: Settings, trained: int, drawn: int) -> float:
    """Multiplications and additions of a round: so many training steps and so many pictures.

    A backward pass costs two forwards, one more if activations are computed again.
    """
    tune, generation = settings.tune, settings.generation.as_drawn
    step = shape.operations.at(tune.batch_size, (tune.resolution or shape.resolution) ** 2)
    side = generation.resolution or shape.resolution
    rows = 2 if generation.guidance_scale > shape.guided_above else 1
    picture = generation.steps * shape.operations.at(rows, side**2)
    passes = 4 if settings.machine.recomputes else 3
    return trained * step * passes + drawn * picture
