"""Tiny pipelines of the flow families with random weights, written by diffusers."""

import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AnimaAutoBlocks,
    AnimaTextConditioner,
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    AutoencoderKLQwenImage21,
    CosmosTransformer3DModel,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    Krea2Pipeline,
    Krea2Transformer2DModel,
    QwenImage21Pipeline,
    QwenImage21Transformer2DModel,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from transformers import (
    Qwen2Tokenizer,
    Qwen2VLImageProcessor,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLModel,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    T5TokenizerFast,
)

from tests.engine.tiny import byte_characters

WIDTH = 16
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
VISION_TEMPLATE = (  # whose parts of a message may be several
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% for part in message.content %}{{ part.text }}{% endfor %}<|im_end|>\n{% endfor %}"
)
VISION_MARKS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def make_tiny_qwen_tokenizer() -> Qwen2Tokenizer:
    """A byte-level BPE without merges, with Qwen's marks and a chat template."""
    vocabulary = {name: index for index, name in enumerate((*byte_characters(), *MARKS))}
    return Qwen2Tokenizer(
        vocab=vocabulary,
        merges=[],
        chat_template=TEMPLATE,
        additional_special_tokens=list(MARKS[1:]),
        model_max_length=1024,
    )


def tiny_qwen(kind: Callable[[Qwen3Config], Any], tokenizer: Qwen2Tokenizer, layers: int) -> Any:
    return kind(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
            max_position_embeddings=1024,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


BLOCKS: dict[str, Any] = {
    "block_out_channels": (8, 8, 16),
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "sample_size": 32,
}


def tiny_flux_autoencoder() -> AutoencoderKLFlux2:
    """With a batch norm that has seen something."""
    autoencoder = AutoencoderKLFlux2(latent_channels=4, **BLOCKS)
    autoencoder.bn.running_mean.normal_(std=0.3)
    autoencoder.bn.running_var.uniform_(0.5, 2.0)
    return autoencoder


def make_tiny_klein(folder: Path, is_distilled: bool = False, seed: int = 0) -> Path:
    """A FLUX.2 klein: 2 double and 2 single blocks, pictures of 8 px for each latent position."""
    tokenizer = make_tiny_qwen_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pipeline = Flux2KleinPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, shift=3.0),
            vae=tiny_flux_autoencoder(),
            text_encoder=tiny_qwen(Qwen3ForCausalLM, tokenizer, 28),
            tokenizer=tokenizer,
            transformer=Flux2Transformer2DModel(
                in_channels=16,
                num_layers=2,
                num_single_layers=2,
                attention_head_dim=8,
                num_attention_heads=2,
                joint_attention_dim=3 * WIDTH,
                timestep_guidance_channels=32,
                axes_dims_rope=(2, 2, 2, 2),
                guidance_embeds=False,
            ),
            is_distilled=is_distilled,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def make_distilled_klein(folder: Path) -> Path:
    return make_tiny_klein(folder, is_distilled=True)


def make_tiny_z_image(folder: Path, seed: int = 0, shift: float = 6.0, dynamic: bool = False) -> Path:
    """A Z-Image: 2 blocks and 1 refiner of each kind, pictures of 4 px for each latent position."""
    tokenizer = make_tiny_qwen_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        transformer = ZImageTransformer2DModel(
            in_channels=4,
            dim=32,
            n_layers=2,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=WIDTH,
            axes_dims=[4, 6, 6],
            axes_lens=[600, 64, 64],
        )
        for token in (transformer.x_pad_token, transformer.cap_pad_token):
            token.data.normal_()
        pipeline = ZImagePipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=dynamic, shift=shift),
            vae=AutoencoderKL(latent_channels=4, scaling_factor=0.4, shift_factor=0.1, **BLOCKS),
            text_encoder=tiny_qwen(Qwen3Model, tokenizer, 3),
            tokenizer=tokenizer,
            transformer=transformer,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def make_shifting_z_image(folder: Path) -> Path:
    return make_tiny_z_image(folder, dynamic=True)


def tiny_qwen_vision(tokenizer: Qwen2Tokenizer, layers: int, kind: Any = Qwen3VLModel) -> Any:
    """A Qwen3-VL, whose vision tower these pipelines have and do not use."""
    text = tiny_qwen(lambda config: config, tokenizer, layers).to_dict()
    text |= {"model_type": "qwen3_vl_text"}
    text["rope_parameters"] = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [2, 1, 1]}
    vision = {
        "depth": 1, "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_heads": 2, "patch_size": 4,
        "out_hidden_size": WIDTH, "num_position_embeddings": 16, "deepstack_visual_indexes": [0],
    }  # fmt: skip
    return kind(Qwen3VLConfig(text_config=text, vision_config=vision))


def tiny_frame_autoencoder() -> AutoencoderKLQwenImage:
    """One of videos, of which a picture is a frame: 4 px for each latent position."""
    autoencoder = AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 2, 2],
        num_res_blocks=1,
        temperal_downsample=[False, True],
        latents_mean=[-0.7, 0.1, 0.4, 1.5],
        latents_std=[2.8, 1.4, 2.3, 1.5],
    )
    torch.nn.init.normal_(autoencoder.decoder.conv_out.weight, std=0.3)  # for pictures with contrast
    return autoencoder


def make_tiny_krea(folder: Path, is_distilled: bool = False, seed: int = 0) -> Path:
    """A Krea 2: 2 blocks, 2 text blocks of each kind, pictures of 4 px for each latent position."""
    tokenizer = make_tiny_qwen_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        transformer = Krea2Transformer2DModel(
            in_channels=16,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            num_key_value_heads=1,
            intermediate_size=64,
            timestep_embed_dim=16,
            text_hidden_dim=WIDTH,
            num_text_layers=3,
            text_num_attention_heads=2,
            text_num_key_value_heads=2,
            text_intermediate_size=32,
            axes_dims_rope=(4, 6, 6),
        )
        for name, weight in transformer.named_parameters():
            if name.endswith("scale_shift_table") or "norm" in name:  # zeros otherwise
                torch.nn.init.normal_(weight, std=0.1)
        pipeline = Krea2Pipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(
                use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, max_image_seq_len=6400
            ),
            vae=tiny_frame_autoencoder(),
            text_encoder=tiny_qwen_vision(tokenizer, 3),
            tokenizer=tokenizer,
            transformer=transformer,
            text_encoder_select_layers=(1, 2, 3),
            is_distilled=is_distilled,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def make_krea_turbo(folder: Path) -> Path:
    return make_tiny_krea(folder, is_distilled=True)


TURBO_LEVELS = [1.0, 0.6, 0.2]
"""Noise levels that a distilled model names itself."""


def make_tiny_qwen_image(folder: Path, is_distilled: bool = False, seed: int = 0) -> Path:
    """A Qwen-Image 2.1: 2 blocks, pictures of 16 px for each latent position."""
    tokenizer = make_tiny_qwen_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": list(VISION_MARKS)})
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(patch_size=4), tokenizer, Qwen3VLVideoProcessor(patch_size=4), VISION_TEMPLATE
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        autoencoder = AutoencoderKLQwenImage21(
            base_dim=4, decoder_base_dim=4, z_dim=4, dim_mult=[1, 1, 2, 2, 2], num_res_blocks=1,
            latents_mean=[-0.7, 0.1, 0.4, 1.5], latents_std=[2.8, 1.4, 2.3, 1.5],
        )  # fmt: skip
        torch.nn.init.normal_(autoencoder.decoder.conv_out.weight, std=0.3)  # for pictures with contrast
        transformer = QwenImage21Transformer2DModel(
            in_channels=4,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            context_in_dim=WIDTH,
            axes_dims_rope=(4, 6, 6),
        )
        pipeline = QwenImage21Pipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
            vae=autoencoder,
            text_encoder=tiny_qwen_vision(tokenizer, 3, Qwen3VLForConditionalGeneration),
            processor=processor,
            transformer=transformer,
            sample_sigmas=TURBO_LEVELS if is_distilled else None,
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def make_qwen_turbo(folder: Path) -> Path:
    return make_tiny_qwen_image(folder, is_distilled=True)


def make_tiny_t5_tokenizer() -> T5TokenizerFast:
    """A letter for each token, and the marks."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(letter, -3.0) for letter in string.ascii_letters + string.digits + ",.'"]
    return T5TokenizerFast(vocab=pieces, extra_ids=0)


def make_tiny_anima(folder: Path, seed: int = 0) -> Path:
    """An Anima: 2 blocks, pictures of 4 px for each latent position; its table is that of a modular one."""
    tokenizer, t5 = make_tiny_qwen_tokenizer(), make_tiny_t5_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts = {
            "text_encoder": tiny_qwen(Qwen3Model, tokenizer, 2),
            "tokenizer": tokenizer,
            "t5_tokenizer": t5,
            "text_conditioner": AnimaTextConditioner(
                source_dim=WIDTH,
                target_dim=WIDTH,
                model_dim=WIDTH,
                num_layers=1,
                num_attention_heads=2,
                target_vocab_size=len(t5),
            ),
            "transformer": CosmosTransformer3DModel(
                in_channels=4,
                out_channels=4,
                num_attention_heads=2,
                attention_head_dim=16,
                num_layers=2,
                mlp_ratio=2,
                text_embed_dim=WIDTH,
                adaln_lora_dim=4,
                max_size=(4, 64, 64),
                extra_pos_embed_type=None,
            ),
            "vae": tiny_frame_autoencoder(),
            "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
        }
    pipeline = AnimaAutoBlocks().init_pipeline()
    pipeline.update_components(**parts)
    pipeline.save_pretrained(str(folder), safe_serialization=True, overwrite_modular_index=True)
    return folder


FLOWS: dict[str, Callable[[Path], Path]] = {
    "klein base": make_tiny_klein,
    "klein distilled": make_distilled_klein,
    "Z-Image": make_tiny_z_image,
    "Z-Image, shifted by size": make_shifting_z_image,
    "Krea 2 Raw": make_tiny_krea,
    "Krea 2 Turbo": make_krea_turbo,
    "Qwen-Image 2.1": make_tiny_qwen_image,
    "Qwen-Image 2.1 Turbo": make_qwen_turbo,
    "Anima": make_tiny_anima,
}
"""How each variant of the flow families is made."""
