"""Real vision models with random weights, small enough for tests, in the usual layouts."""

from pathlib import Path
from typing import Any

import torch

from tests.engine.tiny import STATISTICS, VISION, make_tiny_tokenizer, tiny_clip, write_open_clip

TOWERS: dict[str, dict[str, Any]] = {
    "vit": VISION,
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
    tokenizer = make_tiny_tokenizer()
    write_open_clip(folder, tokenizer, tiny_clip(TOWERS[tower], len(tokenizer), 1), seed)
    return f"local-dir:{folder}"


def make_tiny_siglip(folder: Path, seed: int = 0) -> str:
    """Write an open_clip directory laid out like those of SigLIP 2, and return its path.

    A timm tower with attention pooling, a text tower that sees all tokens, a tokenizer without a first token.
    """
    vision = {"timm_model_name": "test_vit", "timm_pool": "map", "timm_proj": "none", "image_size": 160}
    text = {
        **{"context_length": 16, "vocab_size": 260, "hf_tokenizer_name": "owner/name"},
        **{"tokenizer_kwargs": {"clean": "canonicalize"}, "width": 64, "heads": 2, "layers": 1},
        **{"no_causal_mask": True, "proj_bias": True, "pool_type": "last"},
    }
    model = {"embed_dim": 64, "init_logit_bias": -10, "vision_cfg": vision, "text_cfg": text}
    write_open_clip(folder, make_byte_tokenizer(), model, seed, "CustomTextCLIP")
    return str(folder)


def make_byte_tokenizer() -> Any:
    """A tokenizer with one token a byte, an end and padding, as SigLIP's is, but for the size."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<pad>": 0, "<eos>": 1, "<unk>": 2}
    vocabulary |= {letter: number for number, letter in enumerate(letters, start=3)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>"
    )


def make_tiny_transformer(folder: Path, kind: str, seed: int = 0) -> str:
    """Write a transformers directory of `kind`; test_vit, test_resnet: timm's; bert: no pictures."""
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
        elif kind == "siglip":
            model = hub.SiglipVisionModel(
                hub.SiglipVisionConfig(**small, intermediate_size=64, image_size=32, patch_size=8)
            )
        elif kind == "dinov3":
            model = hub.DINOv3ViTModel(
                hub.DINOv3ViTConfig(**small, intermediate_size=64, image_size=32, patch_size=8)
            )
        elif kind == "convnext":
            model = hub.ConvNextModel(hub.ConvNextConfig(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1]))
        elif kind in ("test_vit", "test_resnet"):
            told = {"input_size": (3, 160, 160), **STATISTICS}
            model = hub.TimmWrapperModel(
                hub.TimmWrapperConfig(architecture=kind, pretrained_cfg=told, do_pooling=False)
            )
        elif kind == "resnet":
            sizes = {"embedding_size": 8, "hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1]}
            model = hub.ResNetModel(hub.ResNetConfig(**sizes, layer_type="basic"))
        else:
            model = hub.BertModel(hub.BertConfig(**small, intermediate_size=64, vocab_size=99))
        model.save_pretrained(folder)
    return str(folder)
