"""Write tiny one-file checkpoints in the original names of each architecture, from diffusers' own folders.

The tables are the reverse of the layouts that A1111, ComfyUI and the authors' repositories use.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import save_file

State = dict[str, torch.Tensor]
RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
UNET_ENDS = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
OPEN_CLIP = {
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.embeddings.token_embedding": "token_embedding",
    "text_model.final_layer_norm": "ln_final",
    "text_model.encoder.layers": "transformer.resblocks",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn": "attn",
}
KLEIN = {
    "x_embedder": "img_in",
    "context_embedder": "txt_in",
    "time_guidance_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_guidance_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "modulation_img.linear": "modulation_img.lin",
    "modulation_txt.linear": "modulation_txt.lin",
    "single_stream_modulation.linear": "single_stream_modulation.lin",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
    "proj_out": "final_layer.linear",
    "single_transformer_blocks": "single_blocks",
    "transformer_blocks": "double_blocks",
    "attn.to_qkv_mlp_proj": "linear1",
    "attn.to_out.0": "img_attn.proj",
    "attn.to_out": "linear2",
    "attn.to_add_out": "txt_attn.proj",
    "ff.linear_in": "img_mlp.0",
    "ff.linear_out": "img_mlp.2",
    "ff_context.linear_in": "txt_mlp.0",
    "ff_context.linear_out": "txt_mlp.2",
    "attn.norm_added_q.weight": "txt_attn.norm.query_norm.scale",
    "attn.norm_added_k.weight": "txt_attn.norm.key_norm.scale",
}
Z_IMAGE = {
    "all_final_layer.2-1": "final_layer",
    "all_x_embedder.2-1": "x_embedder",
    "attention.to_out.0": "attention.out",
    "attention.norm_q": "attention.q_norm",
    "attention.norm_k": "attention.k_norm",
}


KREA = {
    "img_in.": "first.",
    "time_embed.linear_1.": "tmlp.0.",
    "time_embed.linear_2.": "tmlp.2.",
    "time_mod_proj.": "tproj.1.",
    "txt_in.norm.weight": "txtmlp.0.scale",
    "txt_in.linear_1.": "txtmlp.1.",
    "txt_in.linear_2.": "txtmlp.3.",
    "text_fusion.": "txtfusion.",
    "transformer_blocks.": "blocks.",
    "final_layer.linear.": "last.linear.",
    "final_layer.norm.weight": "last.norm.scale",
    "final_layer.scale_shift_table": "last.modulation.lin",
    ".attn.to_q.": ".attn.wq.",
    ".attn.to_k.": ".attn.wk.",
    ".attn.to_v.": ".attn.wv.",
    ".attn.to_out.0.": ".attn.wo.",
    ".attn.to_gate.": ".attn.gate.",
    ".attn.norm_q.weight": ".attn.qknorm.qnorm.scale",
    ".attn.norm_k.weight": ".attn.qknorm.knorm.scale",
    ".ff.": ".mlp.",
    ".norm1.weight": ".prenorm.scale",
    ".norm2.weight": ".postnorm.scale",
    ".scale_shift_table": ".mod.lin",
}


def renamed(name: str, table: Mapping[str, str]) -> str:
    for ours, theirs in table.items():
        name = name.replace(ours, theirs)
    return name


def stacked(state: State, parts: tuple[str, ...], whole: str) -> State:
    """Stack tensors whose names differ in `parts` alone into one."""
    joined: State = {}
    for name, tensor in state.items():
        if parts[0] in name:
            joined[name.replace(parts[0], whole)] = torch.cat(
                [state[name.replace(parts[0], part)] for part in parts]
            )
        elif not any(part in name for part in parts):
            joined[name] = tensor
    return joined


def original_unet(state: State, layers: int, blocks: int) -> State:
    table = dict(UNET_ENDS)
    for block in range(blocks):
        down, up = block * (layers + 1) + 1, block * (layers + 1)
        for layer in range(layers + 1):
            table[f"down_blocks.{block}.resnets.{layer}"] = f"input_blocks.{down + layer}.0"
            table[f"down_blocks.{block}.attentions.{layer}"] = f"input_blocks.{down + layer}.1"
            table[f"up_blocks.{block}.resnets.{layer}"] = f"output_blocks.{up + layer}.0"
            table[f"up_blocks.{block}.attentions.{layer}"] = f"output_blocks.{up + layer}.1"
        table[f"down_blocks.{block}.downsamplers.0.conv"] = f"input_blocks.{down + layers}.0.op"
        attends = any(f"up_blocks.{block}.attentions" in name for name in state)
        table[f"up_blocks.{block}.upsamplers.0"] = f"output_blocks.{up + layers}.{2 if attends else 1}"
    return {
        renamed(renamed(name, table), RESNET if "resnets" in name else {}): tensor
        for name, tensor in state.items()
    }


def original_autoencoder(state: State, blocks: int) -> State:
    table = {"conv_norm_out": "norm_out", "conv_shortcut": "nin_shortcut"}
    table |= {f"mid_block.resnets.{number}": f"mid.block_{number + 1}" for number in range(2)}
    table |= {"mid_block.attentions.0": "mid.attn_1", "group_norm": "norm", "to_out.0": "proj_out"}
    table |= {f"to_{part}": part for part in "qkv"}
    for block in range(blocks):
        table[f"encoder.down_blocks.{block}.resnets"] = f"encoder.down.{block}.block"
        table[f"encoder.down_blocks.{block}.downsamplers.0"] = f"encoder.down.{block}.downsample"
        table[f"decoder.up_blocks.{block}.resnets"] = f"decoder.up.{blocks - 1 - block}.block"
        table[f"decoder.up_blocks.{block}.upsamplers.0"] = f"decoder.up.{blocks - 1 - block}.upsample"
    named = {renamed(name, table): tensor for name, tensor in state.items()}
    return {
        name: tensor[:, :, None, None] if "attn_1" in name and tensor.ndim == 2 else tensor
        for name, tensor in named.items()
    }


def original_open_clip(encoder: torch.nn.Module) -> State:
    state = {name: tensor for name, tensor in encoder.state_dict().items() if "position_ids" not in name}
    state = {name if "text_" in name else f"text_model.{name}": tensor for name, tensor in state.items()}
    for kind in ("weight", "bias"):
        parts = tuple(f"self_attn.{part}_proj.{kind}" for part in "qkv")
        state = stacked(state, parts, f"self_attn.in_proj_{kind}")
    projection = state.pop("text_projection.weight", None)
    named = {renamed(name, OPEN_CLIP): tensor for name, tensor in state.items()}
    return named if projection is None else {**named, "text_projection": projection.T.contiguous()}


def original_clip(encoder: torch.nn.Module) -> State:
    state = {name: tensor for name, tensor in encoder.state_dict().items() if "position_ids" not in name}
    return {f"text_model.{name.removeprefix('text_model.')}": tensor for name, tensor in state.items()}


def original_klein(state: State) -> State:
    state = stacked(state, tuple(f"attn.to_{part}." for part in "qkv"), "img_attn.qkv.")
    state = stacked(state, tuple(f"attn.add_{part}_proj." for part in "qkv"), "txt_attn.qkv.")
    named = {}
    for name, tensor in state.items():
        where = "norm" if name.startswith("single_transformer") else "img_attn.norm"
        norms = {f"attn.norm_{part}.weight": f"{where}.{kind}_norm.scale" for part, kind in KEYS.items()}
        if name.startswith("norm_out.linear"):
            tensor = torch.cat(tensor.chunk(2)[::-1])
        named[renamed(renamed(name, norms), KLEIN)] = tensor
    return named


KEYS = {"q": "query", "k": "key"}


def original_z_image(state: State) -> State:
    state = stacked(state, tuple(f"attention.to_{part}." for part in "qkv"), "attention.qkv.")
    return {renamed(name, Z_IMAGE): tensor for name, tensor in state.items()}


def original_krea(state: State) -> State:
    """The six modulations of a block are one vector there."""
    return {
        renamed(name, KREA): tensor.flatten()
        if name.endswith("scale_shift_table") and len(tensor) == 6
        else tensor
        for name, tensor in state.items()
    }


def original_qwen(state: State) -> State:
    parts = ("img_mlp.gate_layer.", "img_mlp.proj.")
    return stacked(state, parts, "img_mlp.gate_up.")


def prefixed(prefix: str, state: State) -> State:
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def write_one_file(folder: Path, path: Path, prefix: str = "model.diffusion_model.", **metadata: str) -> Path:
    """Write the weights of a pipeline folder as one file, as far as such files hold them."""
    pipeline: Any = diffusers.DiffusionPipeline.from_pretrained(folder)
    if isinstance(pipeline, diffusers.Flux2KleinPipeline):
        tensors = prefixed(prefix, original_klein(pipeline.transformer.state_dict()))
    elif isinstance(pipeline, diffusers.ZImagePipeline):
        tensors = prefixed(prefix, original_z_image(pipeline.transformer.state_dict()))
    elif isinstance(pipeline, diffusers.Krea2Pipeline):
        tensors = prefixed(prefix, original_krea(pipeline.transformer.state_dict()))
    elif isinstance(pipeline, diffusers.QwenImage21Pipeline):
        tensors = prefixed(prefix, original_qwen(pipeline.transformer.state_dict()))
    else:
        tensors = original_pipeline(pipeline)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata or None)
    return path


def original_pipeline(pipeline: Any) -> State:
    config, autoencoder = pipeline.unet.config, pipeline.vae
    blocks, depth = len(config.block_out_channels), len(autoencoder.config.block_out_channels)
    unet = original_unet(pipeline.unet.state_dict(), config.layers_per_block, blocks)
    tensors = prefixed("model.diffusion_model.", unet)
    tensors |= prefixed("first_stage_model.", original_autoencoder(autoencoder.state_dict(), depth))
    if hasattr(pipeline, "text_encoder_2"):
        tensors |= prefixed("conditioner.embedders.0.transformer.", original_clip(pipeline.text_encoder))
        second = original_open_clip(pipeline.text_encoder_2)
        return tensors | prefixed("conditioner.embedders.1.model.", second)
    if config.cross_attention_dim == 1024:
        return tensors | prefixed("cond_stage_model.model.", original_open_clip(pipeline.text_encoder))
    return tensors | prefixed("cond_stage_model.transformer.", original_clip(pipeline.text_encoder))
