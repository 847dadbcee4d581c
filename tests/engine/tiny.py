"""Real model directories with random weights, small enough for tests: seconds on one core, no network.

`make_tiny_pipeline(folder)` writes a Stable Diffusion 1.x pipeline (32 x 32 px), `make_tiny_clip(folder)` an
open_clip "local-dir" directory. Both are seeded: the same call writes the same weights.
"""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
TOKENS = 77


def byte_characters() -> list[str]:
    """The 256 printable characters of byte-level BPE."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    return [chr(byte) for byte in kept] + [chr(256 + index) for index in range(len(others))]


def make_tiny_tokenizer() -> CLIPTokenizer:
    """A byte-level BPE without merges, with one token per byte."""
    characters = byte_characters()
    names = [*characters, *(character + "</w>" for character in characters), START, END]
    vocabulary = {name: index for index, name in enumerate(names)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=TOKENS)


def tiny_text_configuration(tokenizer: CLIPTokenizer, **changes: Any) -> CLIPTextConfig:
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "projection_dim": 32}
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        num_attention_heads=2,
        max_position_embeddings=TOKENS,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **{**sizes, **changes},
    )


def _tiny_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    return CLIPTextModel(tiny_text_configuration(tokenizer))


def _tiny_unet(latent_channels: int, text_width: int = 32, **extra: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=text_width,
        attention_head_dim=2,
        norm_num_groups=8,
        **extra,
    )


def tiny_autoencoder(latent_channels: int) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 16),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        latent_channels=latent_channels,
        norm_num_groups=4,
        sample_size=32,
        scaling_factor=0.5,
    )


def make_tiny_pipeline(
    folder: Path, prediction_type: str = "v_prediction", seed: int = 0, latent_channels: int = 4
) -> Path:
    """Write a pipeline directory like the bundled model's, with random weights, and return it."""
    tokenizer = make_tiny_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pipeline = StableDiffusionPipeline(
            vae=tiny_autoencoder(latent_channels),
            text_encoder=_tiny_text_encoder(tokenizer),
            tokenizer=tokenizer,
            unet=_tiny_unet(latent_channels),
            scheduler=DDIMScheduler(
                num_train_timesteps=1000,
                beta_schedule="squaredcos_cap_v2",
                prediction_type=prediction_type,
                timestep_spacing="trailing",
                clip_sample=False,
                steps_offset=1,
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def make_tiny_xl_pipeline(folder: Path, seed: int = 0) -> Path:
    """Write an SDXL pipeline directory with random weights: two text encoders, size conditions."""
    from diffusers import StableDiffusionXLPipeline
    from transformers import CLIPTextModelWithProjection

    tokenizer = make_tiny_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        first = _tiny_text_encoder(tokenizer)
        unet = _tiny_unet(
            4,
            text_width=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 32,
        )
        pipeline = StableDiffusionXLPipeline(
            vae=tiny_autoencoder(4),
            text_encoder=first,
            text_encoder_2=CLIPTextModelWithProjection(first.config),
            tokenizer=tokenizer,
            tokenizer_2=make_tiny_tokenizer(),
            unet=unet,
            scheduler=DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, steps_offset=1),
            add_watermarker=False,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


STATISTICS = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}


def write_open_clip(
    folder: Path, tokenizer: Any, model: dict[str, Any], seed: int, kind: str = "CLIP", times: float = 1.0
) -> None:
    """Write an open_clip directory with random weights, those of its matrices multiplied."""
    import open_clip
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    described = model if kind == "CLIP" else {**model, "custom_text": True}
    preprocess = {**STATISTICS, "interpolation": "bicubic", "resize_mode": "squash"}
    config = {"model_cfg": described, "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        made = getattr(open_clip, kind)(**model)
        for name, weight in made.named_parameters():
            if weight.ndim > 1 and "logit" not in name:
                weight.mul_(times)
    weights = {name: weight.contiguous() for name, weight in made.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")


def tiny_clip(vision: dict[str, Any], vocabulary: int, layers: int) -> dict[str, Any]:
    """The configuration of a CLIP with this vision tower."""
    text = {"context_length": TOKENS, "vocab_size": vocabulary, "hf_tokenizer_name": "local"}
    text_tower = {**text, "width": 32, "heads": 2, "layers": layers}
    return {"embed_dim": 32, "vision_cfg": vision, "text_cfg": text_tower}


VISION = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}


def make_tiny_clip(folder: Path, seed: int = 0) -> Path:
    """Write an open_clip directory with random weights; `f"local-dir:{folder}"` names it.

    The weights are widened so that pictures and prompts land far apart: flags of Eq. G2 then differ.
    """
    tokenizer = make_tiny_tokenizer()
    write_open_clip(folder, tokenizer, tiny_clip(VISION, len(tokenizer), 2), seed, times=3.0)
    return folder
