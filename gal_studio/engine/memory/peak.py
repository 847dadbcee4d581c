"""Measure the peak memory of one step by running it on meta tensors.

Every storage that an operation allocates is counted while it is alive; the largest sum is what the step needs
beside the loaded weights. This takes seconds at most, and hardly any memory. What libraries allocate within
an operation is not included.
"""

import json
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from unittest.mock import patch

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.families.frames import channels_of, given_to, pixels_for
from gal_studio.engine.memory.slicing import tile_side
from gal_studio.engine.models.adapters import factor_of, peft_configuration
from gal_studio.engine.models.image_model import ImageModel


class _LiveBytes(TorchDispatchMode):
    """Counts the bytes of live storages, and their peak."""

    def __init__(self, known: torch.nn.Module) -> None:
        super().__init__()
        self.peak = 0
        self._live = 0
        self._sizes = {weight.untyped_storage()._cdata: 0 for weight in known.parameters()}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._track(tensor.untyped_storage())
        return made

    def _track(self, storage: Any) -> None:
        if storage._cdata in self._sizes:
            return
        self._sizes[storage._cdata] = storage.nbytes()
        self._live += storage.nbytes()
        self.peak = max(self.peak, self._live)
        weakref.finalize(storage, self._release, storage._cdata)

    def _release(self, key: int) -> None:
        self._live -= self._sizes.pop(key)


class _SavedTensorsOnly(torch.autograd.Function):
    """Saves what a fused attention kernel saves, which is never the attention matrix; computes nothing."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        attended = query.new_empty(*query.shape[:-1], value.shape[-1])
        ctx.save_for_backward(query, key, value, attended)
        return attended

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(torch.empty_like(part) for part in ctx.saved_tensors[:3])


@contextmanager
def without_numbers() -> Iterator[None]:
    """Make tensors on the meta device; masks and counts of known values, on the CPU, serve them too."""
    choose, repeat = torch.where, torch.Tensor.repeat_interleave

    def where(mask: torch.Tensor, *values: Any) -> Any:
        on_meta = any(isinstance(value, torch.Tensor) and value.is_meta for value in values)
        return choose(mask.to("meta") if on_meta else mask, *values)

    def repeated(tensor: torch.Tensor, counts: Any, dim: int | None = None, **named: Any) -> torch.Tensor:
        if not tensor.is_meta or not isinstance(counts, torch.Tensor) or counts.is_meta or dim is None:
            return repeat(tensor, counts, dim, **named)
        return tensor.index_select(dim, torch.repeat_interleave(counts).to("meta"))

    with (
        torch.device("meta"),
        patch.object(torch, "where", where),
        patch.object(torch.Tensor, "repeat_interleave", repeated),
    ):
        yield


@contextmanager
def _fused_attention() -> Iterator[None]:
    """Replace attention on meta tensors, where torch falls back to unfused attention, which no device uses.

    Not a torch function mode, which backward passes with gradient checkpointing do not see.
    """
    plain = torch.nn.functional.scaled_dot_product_attention

    def attend(query: Any, key: Any, value: Any, *rest: Any, **options: Any) -> Any:
        if not query.is_meta:
            return plain(query, key, value, *rest, **options)
        return _SavedTensorsOnly.apply(query, key, value)

    with patch.object(torch.nn.functional, "scaled_dot_product_attention", attend):
        yield


def training_peak(
    model: ImageModel, settings: TuneSettings, rows: int, low_memory: bool, side: int | None = None
) -> int:
    """Bytes of activations and gradients of one training step with micro-batches of `rows`.

    `low_memory` uses gradient checkpointing.
    """
    side = side or model.latent_side(settings.resolution)
    layers = () if settings.method == "full" else tuple(model.lora_layers(settings.target))
    half = model.training_precision != torch.float32
    low_memory = low_memory or model.machine.recomputes
    factor = factor_of(settings)
    return _training(model.family, layers, settings.rank, factor, rows, side, half, low_memory)


def autocast_copies(model: ImageModel, settings: TuneSettings, low_memory: bool = False) -> int:
    """Bytes of the copies of weights in the precision of computations, which the backward pass needs.

    Autocast copies weights in float32, and layers of 8-bit integers copy their own. With gradient
    checkpointing, copies of frozen weights live for one block alone.
    """
    frozen = settings.method != "full"
    precision = model.training_precision
    held = model.denoiser.dtype if frozen else torch.float32
    if not model.is_quantized and precision in (held, torch.float32):
        return 0
    if frozen and (low_memory or model.machine.recomputes):
        return precision.itemsize * largest_block(model.family)
    return precision.itemsize * sum(weight.numel() for weight in model.denoiser.parameters())


def encoding_peak(model: ImageModel, side: int) -> int:
    """Bytes of encoding one square picture to a latent of this side."""
    return _encoding(model.family, side * model.scale)


def decoding_peak(model: ImageModel, side: int) -> int:
    """Bytes of decoding one square latent of this side."""
    return _decoding(model.family, side)


def denoising_peak(model: ImageModel, rows: int, side: int) -> int:
    """Bytes of one denoising step of `rows` latents of this side."""
    precision = model.denoiser.dtype if model.machine.precision == "auto" else model.drawing_precision
    return _drawing(model.family, rows, side, precision)


def drawing_peak(model: ImageModel, rows: int, side: int, low_memory: bool) -> int:
    """Bytes of one denoising step of `rows` latents of this side, or of decoding one, whichever is larger.

    `low_memory` decodes in tiles.
    """
    decoding = decoding_peak(model, coded_side(model, side, low_memory))
    return max(denoising_peak(model, rows, side), decoding)


def coded_side(model: ImageModel, side: int, low_memory: bool) -> int:
    """The side of what the autoencoder works on at once: a latent of this side, or a tile of it."""
    return tile_side(side) if low_memory or model.machine.tiling else side


Measure: TypeAlias = Callable[..., int]


def _once(measure: Measure) -> Measure:
    """Measure once what models of the same family and configuration need; no model is kept for that."""
    known: dict[tuple[Any, ...], int] = {}

    def look_up(family: Family, *asked: Any) -> int:
        parts = (family.denoiser, family.autoencoder)
        key = (family.name, *map(_configuration, parts), *asked)
        if key not in known:
            known[key] = measure(family, *asked)
        return known[key]

    return look_up


def _configuration(part: Any) -> str:
    """The configuration of a part, wherever it was loaded from."""
    return json.dumps({**json.loads(part.to_json_string()), "_name_or_path": ""})


@_once
def _training(
    family: Family,
    layers: tuple[str, ...],
    rank: int,
    factor: int,
    rows: int,
    side: int,
    half: bool,
    low_memory: bool,
) -> int:
    """Measure one training step on weights of the precision of its computations."""
    denoiser = on_meta_device(family.denoiser)
    denoiser.requires_grad_(not layers)
    if layers:
        with torch.random.fork_rng(devices=[]):
            denoiser.add_adapter(peft_configuration(list(layers), rank, factor))
        if factor:
            denoiser.eval()  # as in `attach_lora`
    if low_memory:
        denoiser.enable_gradient_checkpointing()
    precision = torch.bfloat16 if half else torch.float32
    with _counted(denoiser, precision) as live:
        inputs = family.example_inputs(rows, side, precision)
        with live:
            answer = tree_leaves(denoiser(**inputs))[0]
            (answer.float() ** 2).mean().backward()
    return live.peak


@_once
def largest_block(family: Family) -> int:
    """The weights of the largest block whose activations gradient checkpointing computes again.

    The denoiser runs on the meta device, where each block reports itself.
    """
    denoiser, sizes = on_meta_device(family.denoiser), [0]

    def run(block: Any, *inputs: Any) -> Any:
        sizes.append(sum(weight.numel() for weight in block.parameters()))
        return block(*inputs)

    denoiser.enable_gradient_checkpointing(run)
    with without_numbers():
        denoiser(**family.example_inputs(1, 8, torch.float32))
    return max(sizes)


@_once
def _drawing(family: Family, rows: int, side: int, precision: torch.dtype) -> int:
    denoiser = on_meta_device(family.denoiser)
    with _counted(denoiser, precision) as live, torch.no_grad():
        inputs = family.example_inputs(rows, side, precision)
        with live:
            denoiser(**inputs)
    return live.peak


@_once
def _decoding(family: Family, side: int) -> int:
    autoencoder = on_meta_device(family.autoencoder)
    with _counted(autoencoder, torch.float32) as live, torch.no_grad():
        inner = side * family.patch
        latent = torch.empty(1, channels_of(autoencoder), inner, inner)
        with live:
            autoencoder.decode(given_to(autoencoder, latent), return_dict=False)
    return live.peak


@_once
def _encoding(family: Family, pixels: int) -> int:
    autoencoder = on_meta_device(family.autoencoder)
    with _counted(autoencoder, torch.float32) as live, torch.no_grad():
        picture = torch.empty(1, 3, pixels, pixels)
        with live:
            autoencoder.encode(pixels_for(autoencoder, picture))
    return live.peak


def on_meta_device(module: Any) -> Any:
    """Make a module of the same class and configuration on the meta device."""
    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        return type(module).from_config(json.loads(module.to_json_string()))


@contextmanager
def _counted(module: Any, precision: torch.dtype) -> Iterator[_LiveBytes]:
    """Convert a meta module to this precision; yield the counter of live bytes, without its weights."""
    with without_numbers():
        for part in module.modules():
            for name, weight in part._parameters.items():
                if weight is not None:
                    empty = torch.empty(weight.shape, dtype=precision)
                    part._parameters[name] = torch.nn.Parameter(empty, weight.requires_grad)
        with _fused_attention():
            yield _LiveBytes(module)
