"""Files that are taken for a LoRA are refused by what they are."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_kinds import (
    base_by_layers,
    is_another_base,
    refuse_what_is_no_lora,
    stated_base,
)

PLAIN = ["lora_unet_mid_block_a.lora_down.weight", "lora_unet_mid_block_a.lora_up.weight"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["lllite_unet_input_blocks_4.down.0.weight", "lllite_unet_input_blocks_4.up.0.weight"], "LLLite"),
        (["lora_controlnet", *PLAIN], "is a ControlNet, .* not a LoRA: choose a LoRA"),
        (["control_model.input_hint_block.0.weight"], "is a ControlNet"),
        (["controlnet_cond_embedding.conv_in.weight"], "is a ControlNet"),
        (["image_proj.proj.weight", "ip_adapter.1.to_k_ip.weight"], "use it for Round 0"),
        (["emb_params"], "is an embedding"),
        (["clip_l", "clip_g"], "is an embedding"),
        (["<ink>"], "is an embedding"),
        (
            ["model.diffusion_model.input_blocks.0.0.weight"],
            "is a whole model, .*: give it as the base model",
        ),
        (["decoder.conv_in.weight", "encoder.conv_in.weight"], r"an autoencoder \(VAE\)"),
        (["something"], "holds no LoRA"),
        (
            ["lora_te_text_model_a.lora_down.weight", "lora_te_text_model_a.lora_up.weight"],
            "of a text encoder alone",
        ),
    ],
)
def test_it_says_what_the_file_is(names: list[str], words: str) -> None:
    with pytest.raises(StudioError, match=rf"^The file ink\.safetensors .*{words}"):
        refuse_what_is_no_lora("ink.safetensors", names)


def test_a_lora_is_none_of_these() -> None:
    refuse_what_is_no_lora("ink.safetensors", PLAIN)
    refuse_what_is_no_lora("ink.safetensors", [*PLAIN, "lora_te_text_model_a.lora_down.weight"])
    refuse_what_is_no_lora("ink.safetensors", [*PLAIN, "bundle_emb.inky.string_to_param.*"])


@pytest.mark.parametrize(
    ("layer", "shape", "base"),
    [
        ("lora_unet_down_blocks_0_attn2_to_k", (4, 768), "Stable Diffusion 1.x"),
        ("unet.down_blocks.0.attn2.to_k", (4, 2048), "Stable Diffusion XL"),
        ("lora_unet_double_blocks_18_img_attn_qkv", (4, 3072), "FLUX.1"),
        ("transformer.single_transformer_blocks.0.attn.to_out", (4, 3072), "FLUX"),
        ("transformer.transformer_blocks.3.img_mlp.net.2", (4, 3072), "Qwen-Image"),
        ("transformer.transformer_blocks.3.img_mlp.gate_layer", (4, 4096), "Qwen-Image 2.1"),
        ("diffusion_model.transformer_blocks.3.img_mlp.gate_up", (4, 4096), "Qwen-Image 2.1"),
        ("diffusion_model.layers.4.attention.to_q", (4, 3840), "Z-Image"),
        ("lora_unet_layers_4_attention_to_q", (4, 3840), "Z-Image"),
        ("diffusion_model.blocks.4.attn.wq", (4, 6144), "Krea 2"),
        ("lora_unet_blocks_4_mlp_gate", (4, 6144), "Krea 2"),
        ("transformer.text_fusion.projector", (4, 12), "Krea 2"),
        ("lora_unet_blocks_3_self_attn_q_proj", (4, 2048), "Anima"),
        ("diffusion_model.blocks.3.self_attn.q", (4, 5120), "Wan"),
        ("anything", (4, 4), ""),
    ],
)
def test_the_base_model_by_the_layers(layer: str, shape: tuple[int, int], base: str) -> None:
    assert base_by_layers({layer: shape}) == base


def test_what_a_file_states() -> None:
    assert stated_base({"ss_base_model_version": "sdxl_base_v1-0"}) == "Stable Diffusion XL"
    assert stated_base({"modelspec.architecture": "Flux.2-klein-4b/lora"}) == "FLUX.2 klein"
    assert stated_base({"ss_base_model_version": "qwen_image_2.1"}) == "Qwen-Image 2.1"
    assert stated_base({"modelspec.architecture": "Qwen-Image-2512/lora"}) == "", (
        "of December 2025, another one"
    )
    assert stated_base({}) == ""
    assert is_another_base("Z-Image", "FLUX.2 klein")
    assert not is_another_base("FLUX", "FLUX.2 klein") and not is_another_base("", "Z-Image")
