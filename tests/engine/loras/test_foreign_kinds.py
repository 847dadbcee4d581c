"""LoRAs of other trainers, in every naming and kind: each layer changes as computed beside it.

The dense reference knows nothing of factors; see `foreign_files`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.registry import forms_of
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.loras.foreign import attach_foreign, read_foreign
from gal_studio.engine.loras.foreign_names import places
from gal_studio.engine.loras.layers import read_layers
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, load_into, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from tests.engine.loras.foreign_files import (
    NAMES,
    Made,
    dotted,
    drawn,
    joined,
    layers_of,
    lokr_file,
    lora_file,
)
from tests.engine.tiny_models import FAMILIES

ALL = TuneSettings(rank=64, target="all")


def written(made: Made, folder: Path, name: str = "other.safetensors") -> Path:
    tensors = {key: tensor.contiguous().clone() for key, tensor in made.tensors.items()}
    save_file(tensors, folder / name, metadata=made.metadata or None)
    return folder / name


def assert_same(model: ImageModel, made: Made, path: Path) -> None:
    found = read_foreign(model, path).factors
    assert found.keys() == made.dense.keys()
    for layer, factors in found.items():
        torch.testing.assert_close(factors.change, made.dense[layer], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("naming", NAMES)
def test_a_lora_in_every_naming(opened: ImageModel, naming: str, tmp_path: Path) -> None:
    made = lora_file(opened, naming)
    assert_same(opened, made, written(made, tmp_path))


@pytest.mark.parametrize("form", [form for form in forms_of() if not form.is_own], ids=lambda form: form.name)
def test_what_a_lora_of_klein_changes_beside_its_blocks_has_a_name_in_every_form(
    klein: ImageModel, form: ExportForm
) -> None:
    known = places(klein)
    for layer in ("x_embedder", "context_embedder", "double_stream_modulation_img.linear", "proj_out"):
        assert known[klein.family.lora_names.layer(layer, form).name].layers == (layer,)


@pytest.mark.parametrize("whole", [True, False])
def test_a_lokr_is_the_lora_of_the_products_of_its_rows(
    klein: ImageModel, whole: bool, tmp_path: Path
) -> None:
    made = lokr_file(klein, dotted("diffusion_model."), whole)
    path = written(made, tmp_path)
    assert_same(klein, made, path)
    largest = max(factors.rank for factors in read_foreign(klein, path).factors.values())
    assert (largest == 4) is not whole


def test_a_whole_lokr_beyond_the_rank_is_refused(klein: ImageModel, tmp_path: Path) -> None:
    path = written(lokr_file(klein, joined("lycoris_"), True), tmp_path)
    with pytest.raises(StudioError, match=r"has the rank \d+, and the project 1: choose a rank of at least"):
        attach_foreign(klein, path, ALL.updated({"rank": 1}))


def test_tucker_convolutions(unet: ImageModel, tmp_path: Path) -> None:
    made = Made()
    convolutions = {name: shape for name, shape in layers_of(unet, "all").items() if shape[2:] == (3, 3)}
    assert convolutions
    for seed, (layer, (out, inside, *kernel)) in enumerate(convolutions.items()):
        down, mid, up = drawn(seed, 2, inside), drawn(seed + 50, 2, 2, *kernel), drawn(seed + 90, out, 2)
        name = joined("lora_unet_")(layer)
        made.tensors |= {
            f"{name}.lora_down.weight": down[..., None, None],
            f"{name}.lora_mid.weight": mid,
            f"{name}.lora_up.weight": up[..., None, None],
            f"{name}.alpha": torch.tensor(1.0),
        }
        made.dense[layer] = 0.5 * torch.einsum("om,mnhw,ni->oihw", up, mid, down)
    assert_same(unet, made, written(made, tmp_path))


def fused_file(model: ImageModel, name_of: Callable[[str], str], ending: str, whole: bool) -> Made:
    """The inputs of each attention as one layer: a LoRA, or a LoKr."""
    made, shapes = Made(), layers_of(model)
    for seed, head in enumerate(
        sorted({layer[: -len(".to_q")] for layer in shapes if layer.endswith(".to_q")})
    ):
        layers = [f"{head}.to_{letter}" for letter in "qkv"]
        outs, inside = [shapes[layer][0] for layer in layers], shapes[layers[0]][1]
        name = name_of(head + ending)
        if whole:
            first, second = drawn(seed, 2, 2), drawn(seed + 9, sum(outs) // 2, inside // 2)
            made.tensors |= {f"{name}.lokr_w1": first, f"{name}.lokr_w2": second}
            change = torch.kron(first, second)
        else:
            down, up = drawn(seed, 3, inside), drawn(seed + 9, sum(outs), 3)
            made.tensors |= {f"{name}.lora_A.weight": down, f"{name}.lora_B.weight": up}
            change = up @ down
        made.dense |= dict(zip(layers, change.split(outs), strict=True))
    return made


@pytest.mark.parametrize("family", ["krea", "z-image"])
def test_inputs_that_a_trainer_fused_by_other_names(family: str, tmp_path: Path) -> None:
    opened = load_image_model(FAMILIES[family](tmp_path / "model"), device="cpu")
    for ending in (".to_qkv", ".qkv"):
        for naming, name_of in (("joined", joined("lycoris_")), ("dotted", dotted("transformer."))):
            for whole in (False, True):
                made = fused_file(opened, name_of, ending, whole)
                assert_same(opened, made, written(made, tmp_path, f"{naming}{ending}-{whole}.safetensors"))


@pytest.mark.parametrize(
    "prefix", ["lycoris_", "lora_unet_", "lycoris_transformer_", "lora_transformer_", "transformer."]
)
def test_the_text_fusion_of_krea_is_no_text_encoder(prefix: str, tmp_path: Path) -> None:
    """In diffusers' names and in the original ones: `text_fusion`, `txtfusion`."""
    model = load_image_model(FAMILIES["krea"](tmp_path / "model"), device="cpu")
    name_of = (dotted if prefix.endswith(".") else joined)(prefix)
    original = {"text_fusion.": "txtfusion.", "to_out.0": "wo", ".to_": ".w"}
    for layer, (out, inside) in layers_of(model).items():
        if not layer.startswith("text_fusion."):
            continue
        other = layer
        for ours, theirs in original.items():
            other = other.replace(ours, theirs)
        down, up = drawn(out, 2, inside), drawn(inside + 9, out, 2)
        for name in (layer, other):
            tensors = {f"{name_of(name)}.lora_down.weight": down, f"{name_of(name)}.lora_up.weight": up}
            path = written(Made(tensors), tmp_path)
            for without_text in (False, True):
                found = read_foreign(model, path, without_text=without_text)
                assert list(found.factors) == [layer], name
                assert found.notes == ("All of the LoRA is used: 1 layer.",)
                torch.testing.assert_close(found.factors[layer].change, up @ down, rtol=1e-4, atol=1e-4)


def test_scales_of_a_configuration_are_honoured(klein: ImageModel, tmp_path: Path) -> None:
    """Patterns of ranks and alphas, and rslora, in peft's file beside and in diffusers' header."""
    first = "transformer_blocks.0.attn.to_q"
    given: dict[str, Any] = {"r": 2, "lora_alpha": 4, "alpha_pattern": {first: 8}, "use_rslora": True}
    made = lora_file(klein, "peft")
    for layer in made.dense:
        made.dense[layer] *= (8 if layer == first else 4) / 2**0.5
    (tmp_path / "adapter_config.json").write_text(json.dumps(given))
    assert_same(klein, made, written(made, tmp_path, "adapter_model.safetensors"))

    header = lora_file(klein, "diffusers, transformer")
    plain = {**given, "use_rslora": False}
    header.metadata["lora_adapter_metadata"] = json.dumps({f"transformer.{k}": v for k, v in plain.items()})
    for layer in header.dense:
        header.dense[layer] *= 4 if layer == first else 2
    assert_same(klein, header, written(header, tmp_path))


def test_layers_that_no_target_has_are_trained_as_well(z_image: ImageModel, tmp_path: Path) -> None:
    """As of a trainer that changes `adaLN_modulation.0` too."""
    made, extra = lora_file(z_image, "ai-toolkit"), "layers.0.adaLN_modulation.0"
    out, inside = z_image.denoiser.get_submodule(extra).weight.shape  # type: ignore[misc]
    down, up = drawn(5, 2, inside), drawn(6, out, 2)  # type: ignore[arg-type]
    made.tensors |= {
        f"diffusion_model.{extra}.lora_A.weight": down,
        f"diffusion_model.{extra}.lora_B.weight": up,
    }
    made.dense[extra] = up @ down
    settings = ALL.updated({"target": "attention"})
    attach_foreign(z_image, written(made, tmp_path), settings)
    kept = save_adapter(z_image, tmp_path / "start.safetensors", AdapterCard("", "owner/base", 0, 0))
    found = read_layers(kept, z_image.family.part)
    torch.testing.assert_close(found[extra].change, made.dense[extra], rtol=1e-4, atol=1e-4)
    attach_lora(z_image, settings, torch.Generator().manual_seed(1), [extra])
    load_into(z_image, kept)
    detach(z_image)


def changed(made: Made, **tensors: Any) -> Made:
    first = min(name for name in made.tensors if name.endswith(".lora_up.weight")).removesuffix(
        ".lora_up.weight"
    )
    return Made({**made.tensors, **{f"{first}.{role}": tensor for role, tensor in tensors.items()}})


REFUSED = {
    "lokr_t2": (torch.ones(2, 2, 3, 3), "has tensors that belong to no LoRA, such as"),
    "dora_scale": (torch.ones(32, 1), r", a DoRA of \d+ layers, rescales the weights"),
    "lora_up.bias": (torch.ones(4), r", a LoRA of \d+ layers, also adds to biases"),
    "diff_b": (torch.ones(4), "also adds to biases"),
    "w_norm": (torch.ones(4), "also changes whole weights or norms"),
    "oft_blocks": (torch.ones(4, 2, 2), ", an OFT of"),
    "lora_up.weight": (torch.full((4, 2), torch.nan), r"has values that are not numbers \(in "),
    "something": (torch.ones(4), "has tensors that belong to no LoRA, such as"),
}


@pytest.mark.parametrize("role", REFUSED)
def test_what_would_be_dropped_is_refused_by_what_it_is(unet: ImageModel, role: str, tmp_path: Path) -> None:
    tensor, words = REFUSED[role]
    path = written(changed(lora_file(unet, "kohya"), **{role: tensor}), tmp_path)
    with pytest.raises(StudioError, match=words):
        read_foreign(unet, path)


def test_a_missing_half_and_layers_of_another_model_are_one_sentence(
    klein: ImageModel, unet: ImageModel, tmp_path: Path
) -> None:
    made = lora_file(klein, "kohya")
    half = Made({name: tensor for name, tensor in made.tensors.items() if name != max(made.tensors)})
    with pytest.raises(StudioError, match=r"is damaged at the layer .* \(half of it is missing \(up\)\)"):
        read_foreign(klein, written(half, tmp_path))
    with pytest.raises(
        StudioError, match=rf"lacks {len(made.dense)} of its {len(made.dense)} layers, such as"
    ):
        read_foreign(unet, written(made, tmp_path))


def test_the_original_names_of_a_real_unet_of_xl() -> None:
    """Levels are nested in diffusers and counted through in the original; these are of the real model."""
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(
            block_out_channels=(320, 640, 1280),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=1,
            attention_head_dim=(5, 10, 20),
            use_linear_projection=True,
        )
    found = places(SimpleNamespace(denoiser=unet, family=None))  # type: ignore[arg-type]
    inside = "transformer_blocks.0"
    pairs = {
        "input_blocks_4_1_transformer_blocks_0_attn1_to_q": f"down_blocks.1.attentions.0.{inside}.attn1.to_q",
        "input_blocks_8_1_proj_in": "down_blocks.2.attentions.1.proj_in",
        "input_blocks_3_0_op": "down_blocks.0.downsamplers.0.conv",
        "input_blocks_5_0_in_layers_2": "down_blocks.1.resnets.1.conv1",
        "middle_block_1_proj_out": "mid_block.attentions.0.proj_out",
        "output_blocks_0_1_proj_in": "up_blocks.0.attentions.0.proj_in",
        "output_blocks_5_1_transformer_blocks_0_ff_net_2": f"up_blocks.1.attentions.2.{inside}.ff.net.2",
        "output_blocks_2_2_conv": "up_blocks.0.upsamplers.0.conv",
        "output_blocks_8_0_skip_connection": "up_blocks.2.resnets.2.conv_shortcut",
        "time_embed_0": "time_embedding.linear_1",
        "out_2": "conv_out",
    }
    for name, layer in pairs.items():
        assert found[f"lora_unet_{name}"].layers == (layer,), name
