"""Tiny image adapters with random weights, in the published layouts, with an image encoder beside them."""

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from gal_studio.engine.models.image_model import ImageModel

ENCODER_WIDTH, PROJECTED = 24, 20
WIDTH, HEAD, TOKENS = 16, 64, 3
Tensors = dict[str, torch.Tensor]


def make_tiny_encoder(folder: Path, seed: int = 3) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = CLIPVisionModelWithProjection(
            CLIPVisionConfig(
                hidden_size=ENCODER_WIDTH,
                intermediate_size=48,
                num_hidden_layers=3,
                num_attention_heads=2,
                image_size=32,
                patch_size=8,
                projection_dim=PROJECTED,
            )
        )
    encoder.save_pretrained(folder, safe_serialization=True)
    return folder


def _drawn(*shape: int, scale: float = 0.3) -> torch.Tensor:
    return torch.randn(shape) * scale


def _resampler(width: int) -> Tensors:
    """As published: `layers.N.0` is attention, `layers.N.1` the feed-forward network."""
    tensors = {
        "latents": _drawn(1, TOKENS, WIDTH, scale=1.0),
        "proj_in.weight": _drawn(WIDTH, ENCODER_WIDTH),
        "proj_in.bias": _drawn(WIDTH),
        "proj_out.weight": _drawn(width, WIDTH),
        "proj_out.bias": _drawn(width),
        "norm_out.weight": 1 + _drawn(width),
        "norm_out.bias": _drawn(width),
    }
    for layer in range(4):
        own = {
            "0.norm1.weight": 1 + _drawn(WIDTH), "0.norm1.bias": _drawn(WIDTH),
            "0.norm2.weight": 1 + _drawn(WIDTH), "0.norm2.bias": _drawn(WIDTH),
            "0.to_q.weight": _drawn(HEAD, WIDTH), "0.to_kv.weight": _drawn(2 * HEAD, WIDTH),
            "0.to_out.weight": _drawn(WIDTH, HEAD),
            "1.0.weight": 1 + _drawn(WIDTH), "1.0.bias": _drawn(WIDTH),
            "1.1.weight": _drawn(4 * WIDTH, WIDTH), "1.3.weight": _drawn(WIDTH, 4 * WIDTH),
        }  # fmt: skip
        tensors |= {f"layers.{layer}.{name}": tensor for name, tensor in own.items()}
    return tensors


def _projection(width: int) -> Tensors:
    return {
        "proj.weight": _drawn(4 * width, PROJECTED), "proj.bias": _drawn(4 * width),
        "norm.weight": 1 + _drawn(width), "norm.bias": _drawn(width),
    }  # fmt: skip


def _each_token(width: int, reads: int) -> Tensors:
    return {
        "proj.0.weight": _drawn(reads, reads), "proj.0.bias": _drawn(reads),
        "proj.2.weight": _drawn(width, reads), "proj.2.bias": _drawn(width),
        "proj.3.weight": 1 + _drawn(width), "proj.3.bias": _drawn(width),
    }  # fmt: skip


def tiny_parts(model: ImageModel, plus: bool, seed: int = 1, reads: int = 0) -> dict[str, Tensors]:
    """The two parts of an adapter for this model; one that projects each token if these are `reads` wide."""
    unet, attention = model.denoiser, {}
    width = unet.config.cross_attention_dim
    crossing = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        projection = _resampler(width) if plus else _projection(width)
        if reads:
            projection = _each_token(width, reads)
        for number, name in enumerate(crossing):
            shape = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape
            for part in ("k", "v"):
                attention[f"{2 * number + 1}.to_{part}_ip.weight"] = _drawn(*shape, scale=1.0)
    return {"image_proj": projection, "ip_adapter": attention}


def flat(parts: dict[str, Tensors]) -> Tensors:
    return {
        f"{part}.{name}": tensor.contiguous()
        for part, tensors in parts.items()
        for name, tensor in tensors.items()
    }


def make_tiny_adapters(folder: Path, model: ImageModel) -> Path:
    """A folder like h94/IP-Adapter: `models` or `sdxl_models`, with the encoder in `models`."""
    xl = model.family.name == "sdxl"
    inside = folder / ("sdxl_models" if xl else "models")
    inside.mkdir(parents=True, exist_ok=True)
    make_tiny_encoder(folder / "models" / "image_encoder")
    names = {True: "ip-adapter-plus_sdxl_vit-h", False: "ip-adapter_sdxl_vit-h"} if xl else {}
    names = names or {True: "ip-adapter-plus_sd15", False: "ip-adapter_sd15"}
    for plus, name in names.items():
        parts = tiny_parts(model, plus)
        save_file(flat(parts), inside / f"{name}.safetensors")
        torch.save(parts, inside / f"{name}.bin")
    return folder
