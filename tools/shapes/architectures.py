"""The configurations of the presets' base models, as their repositories have them; no weights."""

from typing import Any

from gal_studio.engine.families.description import Description

CLIP_L: dict[str, Any] = {
    "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
    "projection_dim": 768, "vocab_size": 49408, "max_position_embeddings": 77,
}  # fmt: skip
CLIP_G = CLIP_L | {
    "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
    "projection_dim": 1280, "hidden_act": "gelu",
}  # fmt: skip
OPEN_CLIP_H = CLIP_L | {
    "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
    "projection_dim": 512, "hidden_act": "gelu",
}  # fmt: skip
QWEN3_4B: dict[str, Any] = {
    "vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "tie_word_embeddings": True,
    "max_position_embeddings": 40960,
}  # fmt: skip
AUTOENCODER: dict[str, Any] = {
    "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4, "layers_per_block": 2, "latent_channels": 4,
    "sample_size": 512,
}  # fmt: skip
SIXTEEN_CHANNELS = AUTOENCODER | {
    "latent_channels": 16, "scaling_factor": 0.3611, "shift_factor": 0.1159,
    "use_quant_conv": False, "use_post_quant_conv": False, "sample_size": 1024,
}  # fmt: skip
UNET_1: dict[str, Any] = {
    "sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}  # fmt: skip
UNET_2 = UNET_1 | {
    "sample_size": 96, "cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20],
    "use_linear_projection": True,
}  # fmt: skip
UNET_XL: dict[str, Any] = {
    "sample_size": 128, "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20],
    "block_out_channels": [320, 640, 1280], "layers_per_block": 2, "use_linear_projection": True,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "transformer_layers_per_block": [1, 2, 10], "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
}  # fmt: skip
KLEIN: dict[str, Any] = {
    "in_channels": 128, "num_layers": 5, "num_single_layers": 20, "attention_head_dim": 128,
    "num_attention_heads": 24, "joint_attention_dim": 7680, "guidance_embeds": False,
}  # fmt: skip
Z_IMAGE: dict[str, Any] = {
    "in_channels": 16, "dim": 3840, "n_layers": 30, "n_refiner_layers": 2, "n_heads": 30,
    "n_kv_heads": 30, "cap_feat_dim": 2560,
}  # fmt: skip


KREA: dict[str, Any] = {  # as the class says by default
    "in_channels": 64, "num_layers": 28, "attention_head_dim": 128, "num_attention_heads": 48,
    "num_key_value_heads": 12, "intermediate_size": 16384, "text_hidden_dim": 2560, "num_text_layers": 12,
}  # fmt: skip
QWEN3_VL_4B: dict[str, Any] = {
    "text_config": QWEN3_4B | {
        "model_type": "qwen3_vl_text", "max_position_embeddings": 262144,
        "rope_parameters": {"rope_type": "default", "rope_theta": 5e6, "mrope_section": [24, 20, 20]},
    },
    "vision_config": {
        "depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16, "patch_size": 16,
        "out_hidden_size": 2560, "num_position_embeddings": 2304, "deepstack_visual_indexes": [5, 11, 17],
    },
}  # fmt: skip


QWEN_IMAGE: dict[str, Any] = {  # as the class says by default
    "in_channels": 64, "out_channels": 64, "num_layers": 32, "attention_head_dim": 128,
    "num_attention_heads": 32, "context_in_dim": 4096,
}  # fmt: skip
QWEN3_VL_8B: dict[str, Any] = {
    "text_config": QWEN3_VL_4B["text_config"] | {
        "hidden_size": 4096, "intermediate_size": 12288, "tie_word_embeddings": False,
    },
    "vision_config": {
        "depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "num_heads": 16, "patch_size": 16,
        "out_hidden_size": 4096, "num_position_embeddings": 2304, "deepstack_visual_indexes": [8, 16, 24],
    },
    "tie_word_embeddings": False,
}  # fmt: skip


ANIMA: dict[str, Any] = {  # its published configuration, which is that of Cosmos Predict2 2B
    "in_channels": 16, "out_channels": 16, "num_attention_heads": 16, "attention_head_dim": 128,
    "num_layers": 28, "mlp_ratio": 4.0, "text_embed_dim": 1024, "adaln_lora_dim": 256,
    "max_size": [128, 240, 240], "patch_size": [1, 2, 2], "rope_scale": [1.0, 4.0, 4.0],
    "concat_padding_mask": True, "extra_pos_embed_type": None,
}  # fmt: skip
QWEN3_06B = QWEN3_4B | {
    "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16,
}  # fmt: skip


def _described(pipeline: str, **parts: tuple[str, str, dict[str, Any]]) -> Description:
    index = {name: [library, kind] for name, (library, kind, _) in parts.items()}
    components = {name: configuration for name, (*_, configuration) in parts.items()}
    return Description(pipeline, {"_class_name": pipeline, "is_distilled": False, **index}, components)


def _unet(pipeline: str, unet: dict[str, Any], text: dict[str, Any], **more: Any) -> Description:
    return _described(
        pipeline,
        unet=("diffusers", "UNet2DConditionModel", unet),
        vae=("diffusers", "AutoencoderKL", AUTOENCODER),
        text_encoder=("transformers", "CLIPTextModel", text),
        **more,
    )


ARCHITECTURES: dict[str, Description] = {
    "sd1": _unet("StableDiffusionPipeline", UNET_1, CLIP_L),
    "sd2": _unet("StableDiffusionPipeline", UNET_2, OPEN_CLIP_H),
    "sdxl": _unet(
        "StableDiffusionXLPipeline",
        UNET_XL,
        CLIP_L,
        text_encoder_2=("transformers", "CLIPTextModelWithProjection", CLIP_G),
    ),
    "flux2-klein": _described(
        "Flux2KleinPipeline",
        transformer=("diffusers", "Flux2Transformer2DModel", KLEIN),
        vae=("diffusers", "AutoencoderKLFlux2", {}),
        text_encoder=("transformers", "Qwen3ForCausalLM", QWEN3_4B),
    ),
    "z-image": _described(
        "ZImagePipeline",
        transformer=("diffusers", "ZImageTransformer2DModel", Z_IMAGE),
        vae=("diffusers", "AutoencoderKL", SIXTEEN_CHANNELS),
        text_encoder=("transformers", "Qwen3Model", QWEN3_4B),
    ),
    "krea-2": _described(
        "Krea2Pipeline",
        transformer=("diffusers", "Krea2Transformer2DModel", KREA),
        vae=("diffusers", "AutoencoderKLQwenImage", {}),
        text_encoder=("transformers", "Qwen3VLModel", QWEN3_VL_4B),
    ),
    "qwen-image-2.1": _described(
        "QwenImage21Pipeline",
        transformer=("diffusers", "QwenImage21Transformer2DModel", QWEN_IMAGE),
        vae=("diffusers", "AutoencoderKLQwenImage21", {}),
        text_encoder=("transformers", "Qwen3VLForConditionalGeneration", QWEN3_VL_8B),
    ),
    "anima": _described(
        "AnimaModularPipeline",
        transformer=("diffusers", "CosmosTransformer3DModel", ANIMA),
        vae=("diffusers", "AutoencoderKLQwenImage", {}),
        text_encoder=("transformers", "Qwen3Model", QWEN3_06B),
        text_conditioner=("diffusers", "AnimaTextConditioner", {}),
    ),
}
"""By the name in `assets/shapes.json`."""
