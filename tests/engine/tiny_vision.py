"""Real vision models with random weights, small enough for tests, in the usual layouts."""

import json
from pathlib import Path
from typing import Any

import torch

from tests.engine.tiny import TOKENS, make_tiny_tokenizer

STATISTICS = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
TOWERS: dict[str, dict[str, Any]] = {
    "vit": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "resnet": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8, "head_width": 16},
    "timm": {
        "timm_model_name": "test_resnet",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
        "image_size": 64,
    },
    "timm_vit": {
        "timm_model_name": "test_vit",
        "timm_model_pretrained": False,
        "timm_pool": "token",
        "timm_proj": "linear",
        "image_size": 160,
    },
}


def make_tiny_clip_with(folder: Path, tower: str, seed: int = 0) -> str:
    """Write an open_clip directory with one of `TOWERS`, and return its name."""
    import open_clip
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tiny_tokenizer()
    tokenizer.save_pretrained(folder)
    text = {"context_length": TOKENS, "vocab_size": len(tokenizer), "hf_tokenizer_name": "local"}
    model_config = {
        "embed_dim": 32,
        "vision_cfg": TOWERS[tower],
        "text_cfg": {**text, "width": 32, "heads": 2, "layers": 1},
    }
    preprocess = {**STATISTICS, "interpolation": "bicubic", "resize_mode": "squash"}
    config = {"model_cfg": model_config, "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = open_clip.CLIP(**model_config)
    weights = {name: weight.contiguous() for name, weight in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    return f"local-dir:{folder}"


def make_tiny_transformer(folder: Path, kind: str, seed: int = 0) -> str:
    """Write a transformers directory of `kind`: dinov2, registers, vit, resnet, or bert (no pictures)."""
    import transformers as hub

    hub.utils.logging.disable_progress_bar()
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if kind == "dinov2":
            model = hub.Dinov2Model(hub.Dinov2Config(**small, image_size=56, patch_size=14))
        elif kind == "registers":
            model = hub.Dinov2WithRegistersModel(
                hub.Dinov2WithRegistersConfig(**small, image_size=56, patch_size=14, num_register_tokens=3)
            )
        elif kind == "vit":
            model = hub.ViTModel(hub.ViTConfig(**small, intermediate_size=64, image_size=32, patch_size=8))
        elif kind == "resnet":
            sizes = {"embedding_size": 8, "hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1]}
            model = hub.ResNetModel(hub.ResNetConfig(**sizes, layer_type="basic"))
        else:
            model = hub.BertModel(hub.BertConfig(**small, intermediate_size=64, vocab_size=99))
        model.save_pretrained(folder)
    return str(folder)
