"""What a step needs of the device's memory, found by running it on tensors that have shapes and no values.

Every storage that an operation makes is counted while it lives; the largest sum is the step's need beside the
weights that are there already. It takes half a second, and no memory to speak of. What libraries use inside
of one operation is not seen.
"""

import json
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.memory.slicing import tile_side
from gal_studio.engine.models.adapters import target_modules
from gal_studio.engine.models.attention import Float32Attention
from gal_studio.engine.models.devices import training_precision
from gal_studio.engine.models.image_model import ImageModel


class _Ledger(TorchDispatchMode):
    """Counts the bytes of all storages that live."""

    def __init__(self, known: torch.nn.Module) -> None:
        super().__init__()
        self.peak = 0
        self._living = 0
        self._sizes = {weight.untyped_storage()._cdata: 0 for weight in known.parameters()}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._note(tensor.untyped_storage())
        return made

    def _note(self, storage: Any) -> None:
        if storage._cdata in self._sizes:
            return
        self._sizes[storage._cdata] = storage.nbytes()
        self._living += storage.nbytes()
        self.peak = max(self.peak, self._living)
        weakref.finalize(storage, self._forget, storage._cdata)

    def _forget(self, key: int) -> None:
        self._living -= self._sizes.pop(key)


class _Attended(torch.autograd.Function):
    """Attention as kernels do it that never hold the table of all pairs: inputs and output, and no more."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        attended = torch.empty_like(query)
        ctx.save_for_backward(query, key, value, attended)
        return attended

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(torch.empty_like(part) for part in ctx.saved_tensors[:3])


class _KernelAttention(Float32Attention):
    """Tensors without values would get the plain attention, which no device uses in a denoiser."""

    def attend(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """Inputs and output."""
        attended: torch.Tensor = _Attended.apply(query, key, value)
        return attended


def training_peak(model: ImageModel, settings: TuneSettings, rows: int, sparing: bool) -> int:
    """Bytes of activations and gradients of one step that takes `rows` at a time.

    `sparing` recomputes activations while it goes back (gradient checkpointing).
    """
    side = (settings.resolution or model.resolution) // model.scale
    layers = () if settings.method == "full" else tuple(target_modules(model.family, settings.target))
    half = training_precision(model.device) == torch.bfloat16
    return _training(model.unet.to_json_string(), layers, settings.rank, rows, side, half, sparing)


def drawing_peak(model: ImageModel, rows: int, side: int, sparing: bool) -> int:
    """Bytes of one denoising step of `rows` latents of this side, or of one decoding, whichever needs more.

    `sparing` decodes in tiles.
    """
    unet = _drawing(model.unet.to_json_string(), rows, side, model.unet.dtype)
    return max(unet, _decoding(model.vae.to_json_string(), tile_side(side) if sparing else side))


@lru_cache(maxsize=32)
def _training(
    config: str, layers: tuple[str, ...], rank: int, rows: int, side: int, half: bool, sparing: bool
) -> int:
    """In half precision each weight has a copy in it, beside what is computed."""
    from peft import LoraConfig

    unet = _empty("UNet2DConditionModel", config)
    unet.set_attn_processor(_KernelAttention())
    copies = 2 * sum(weight.numel() for weight in unet.parameters()) if half else 0
    unet.requires_grad_(not layers)
    if layers:
        with torch.random.fork_rng(devices=[]):
            unet.add_adapter(LoraConfig(r=rank, lora_alpha=rank, target_modules=list(layers)))
    if sparing:
        unet.enable_gradient_checkpointing()
    with _counted(unet, torch.bfloat16 if half else torch.float32) as (inputs, ledger):
        given = inputs(rows, side)
        with ledger:
            (unet(**given)[0].float() ** 2).mean().backward()
    return copies + ledger.peak


@lru_cache(maxsize=32)
def _drawing(config: str, rows: int, side: int, precision: torch.dtype) -> int:
    unet = _empty("UNet2DConditionModel", config)
    unet.set_attn_processor(_KernelAttention())
    with _counted(unet, precision) as (inputs, ledger), torch.no_grad():
        given = inputs(rows, side)
        with ledger:
            unet(**given)
    return ledger.peak


@lru_cache(maxsize=32)
def _decoding(config: str, side: int) -> int:
    vae = _empty("AutoencoderKL", config)
    with _counted(vae, torch.float32) as (_, ledger), torch.no_grad():
        latent = torch.empty(1, vae.config.latent_channels, side, side)
        with ledger:
            vae.decode(latent, return_dict=False)
    return ledger.peak


def _empty(kind: str, config: str) -> Any:
    import diffusers

    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        return getattr(diffusers, kind).from_config(json.loads(config))


@contextmanager
def _counted(module: Any, precision: torch.dtype) -> Iterator[tuple[Callable[..., dict[str, Any]], _Ledger]]:
    """What makes the inputs of a module in this precision, and what counts; no tensor has values."""
    with torch.device("meta"):
        for part in module.modules():
            for name, weight in part._parameters.items():
                if weight is not None:
                    empty = torch.empty(weight.shape, dtype=precision)
                    part._parameters[name] = torch.nn.Parameter(empty, weight.requires_grad)
        yield partial(_inputs, module, precision), _Ledger(module)


def _inputs(unet: Any, precision: torch.dtype, rows: int, side: int) -> dict[str, Any]:
    config = unet.config
    inputs: dict[str, Any] = {
        "sample": torch.empty(rows, config.in_channels, side, side, dtype=precision),
        "timestep": torch.empty(rows, dtype=torch.long),
        "encoder_hidden_states": torch.empty(rows, 77, config.cross_attention_dim, dtype=precision),
        "return_dict": False,
    }
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        inputs["added_cond_kwargs"] = {
            "text_embeds": torch.empty(rows, pooled, dtype=precision),
            "time_ids": torch.empty(rows, 6, dtype=precision),
        }
    return inputs
