"""What Round 0 will need with an image adapter, whose image encoder is known by its name and its folder."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.need import DeviceKind, computed_bytes, held_while_drawing, need
from gal_studio.core.memory.references import ImageEncoder
from gal_studio.core.memory.room import gigabytes, room_of
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import ReferenceSettings, Settings
from gal_studio.json_files import read_json
from gal_studio.state.files.answering import answers
from gal_studio.state.files.paths import user_path
from gal_studio.studio.create.plan import PartPlan
from gal_studio.studio.device import Device, main_memory_free

_TOWER = "vision.json"  # of a vision model of the studio
_FOLDER = "image_encoder"


VIT_H = ImageEncoder(1280, 5120, 32, 16, 14, 224, 1024)
"""The encoder of the published adapters, except one."""
VIT_BIG_G = ImageEncoder(1664, 8192, 48, 16, 14, 224, 1280)
"""That of `sdxl_models/ip-adapter_sdxl`."""

ADAPTERS: Mapping[str, int] = {"sd1": 49_100_000, "sdxl": 424_000_000}
"""Weights of the published adapters with a resampler by family of the base model; plain ones have fewer."""


@dataclass(frozen=True)
class RoundZero:
    """Bytes on the device at the peak of Round 0, with the image encoder there and without.

    `encoder` are those of the encoder alone, which works in main memory where the device has no room.
    """

    with_encoder: int
    without: int
    encoder: int


def round_zero(
    shape: ModelShape, settings: Settings, device: DeviceKind, encoder: ImageEncoder, whole_batch: bool = True
) -> RoundZero:
    """What Round 0 needs. The encoder has the precision of drawing, and is there before anything is drawn."""
    machine = settings.machine
    size = computed_bytes(machine, device)
    adapter, reads = size * ADAPTERS.get(shape.family, 0), encoder.bytes(size)
    drawn = adapter + need(shape, settings, device, whole_batch).drawing
    held = adapter + held_while_drawing(shape, settings, device)
    return RoundZero(max(drawn, held + reads), drawn, reads)


def plan_round_zero(shape: ModelShape, settings: Settings, device: Device) -> PartPlan | None:
    """What Round 0 needs; None without a CLIP that reads the references.

    On a GPU without room for it that encoder works in main memory.
    """
    encoder = image_encoder_of(settings.references)
    if encoder is None or shape.family not in ADAPTERS:
        return None
    needs = round_zero(shape, settings, device.kind, encoder)
    if needs.with_encoder > device.room:
        needs = round_zero(shape, settings, device.kind, encoder, whole_batch=False)
    reads, whole = gigabytes(needs.encoder), gigabytes(needs.with_encoder)
    fits, is_gpu = needs.with_encoder <= device.room, not device.kind.startswith("cpu")
    if is_gpu and not fits:
        words = f", {gigabytes(needs.without)} for Round 0, whose image encoder takes {reads} of main memory"
        told = PartPlan(needs.without, words)
    else:
        words = f", {whole} for Round 0, of which {reads} for the image encoder"
        told = PartPlan(needs.with_encoder, words)
    if settings.machine.base == "int8":
        doubt = (
            "Round 0 cannot generate with base weights of 8-bit integers: choose plain base weights, or leave"
        )
        return replace(told, doubt=f"{doubt} Image adapter empty.")
    if fits or (is_gpu and needs.encoder <= (free := main_memory_free())):
        return told
    if is_gpu:
        lacks = f"{gigabytes(free)} of main memory are free now and the adapter's image encoder needs {reads}"
        return replace(told, warning=f"Only {lacks}: close other programs before you start.")
    if needs.with_encoder <= room_of(device.kind, device.total):
        lacks = f"{gigabytes(device.free)} are free now and Round 0 needs {whole}"
        return replace(told, warning=f"Only {lacks}: close other programs before you start.")
    has = f"{device.name[:1].upper()}{device.name[1:]} has {gigabytes(device.total)} of memory"
    doubt = f"{has}, and Round 0 needs {whole} with this adapter's image encoder: leave Image adapter empty"
    return replace(told, doubt=f"{doubt}, or choose a smaller model.")


def image_encoder_of(references: ReferenceSettings) -> ImageEncoder | None:
    """The CLIP that reads the references; None if there is none, or a vision model of the studio.

    That of a repository, and of a folder without a readable one, is taken to be the published one.
    """
    adapter, _, encoder = (part.strip() for part in references.adapter.partition(" with "))
    if not adapter or references.is_native or (encoder or adapter).startswith("assets:"):
        return None
    with suppress(StudioError):  # no system could have such a path
        for folder in _folders(adapter, encoder):
            if not answers(folder):
                break
            if (folder / _TOWER).is_file():
                return None
            with suppress(OSError, ValueError, AttributeError, StudioError):
                found = read_json(folder / "config.json")
                return ImageEncoder.of({**found, **found.get("vision_config", {})})
    file = adapter.rpartition("/")[2]
    return VIT_BIG_G if not encoder and "sdxl" in file and "vit-h" not in file else VIT_H


def _folders(adapter: str, encoder: str) -> tuple[Path, ...]:
    """Where the encoder lies on this computer, as the worker looks for it."""
    place = user_path(encoder or adapter)
    if encoder:
        return place, place / _FOLDER, place / "models" / _FOLDER
    if place.is_dir():
        return place / "models" / _FOLDER, place / _FOLDER
    above = place.parent.parent
    found = place.parent / _FOLDER, above / _FOLDER, above / "models" / _FOLDER
    return found[::-1] if "vit-h" in place.name else found
