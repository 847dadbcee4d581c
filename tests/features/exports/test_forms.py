"""Every form of every family: its keys, the change that it means, and its pictures in the stock pipeline."""

import functools
import re
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.registry import find_form, forms_of
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.loras.layers import fused, is_whole_denoiser, named_tensors, read_layers
from gal_studio.engine.loras.stock import StockRequest, draw_stock
from gal_studio.engine.models.adapters import (
    AdapterCard,
    attach_full,
    attach_lora,
    detach,
    read_adapter,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.denoiser import save_denoiser
from gal_studio.features.exports.engine.header import (
    Facts,
    header_of,
    largest_rank,
    save_with_header,
    tensors_hash,
)
from tests.engine import tiny_models
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_flows import make_distilled_klein, make_tiny_klein
from tests.engine.tiny_pipelines import make_wide_two, make_wide_two_with_v

FORMS = forms_of()
FAMILIES = {
    **tiny_models.FAMILIES,
    "sd2 epsilon": make_wide_two,
    "sd2 v": make_wide_two_with_v,
    "klein base": make_tiny_klein,
    "klein": make_distilled_klein,
}
IN_FORMS = list(product(FAMILIES, FORMS))
SPREAD = {"klein base": 0.6, "klein": 0.6, "krea": 0.5, "qwen": 0.5, "anima": 0.5}
OFTEN = [(name, precision) for name in ("sd1", "klein") for precision in ("float32", "bfloat16")]
RARELY = [(name, "float32") for name in FAMILIES if name not in ("sd1", "klein")]
RARELY += [(name, "bfloat16") for name in ("sdxl", "z-image", "krea", "qwen", "anima")]
DRAWN = [*OFTEN, *(pytest.param(*each, marks=pytest.mark.thorough) for each in RARELY)]
FACTS = Facts(
    title="Cat", output_name="cat-round-2", trigger="in ink style", base_model="owner/base",
    base_sha256="ab" * 32, round=2, seed=7, resolution=64, steps=6, tune=TuneSettings(rank=2),
    tags={"A cat in ink style": 1}, date="2026-01-01", version="1", licence="apache-2.0",
    thumbnail="data:image/jpeg;base64,AAAA", card='{"round": 2}',
)  # fmt: skip
SETTINGS = GenerationSettings(steps=3, guidance_scale=3.0, batch_size=1, resolution=64)
REQUESTS = [DrawRequest("A cat in ink style", 5)]

KOHYA_UNET = (
    r"lora_unet_(down_blocks|up_blocks)_\d+_attentions_\d+_transformer_blocks_\d+_attn[12]_to_(q|k|v|out_0)"
    r"|lora_unet_mid_block_attentions_0_transformer_blocks_\d+_attn[12]_to_(q|k|v|out_0)"
    r"|lora_unet_\w+_attentions_\d+_(proj_in|proj_out|transformer_blocks_\d+_ff_net_(0_proj|2))"
    r"|lora_unet_\w+_resnets_\d+_(conv1|conv2|time_emb_proj)"
)
DOUBLE = r"(img|txt)_attn.(qkv|proj)|(img|txt)_mlp.[02]"
Z_IMAGE = r"layers.\d+.(attention.to_(q|k|v|out.0)|feed_forward.w[123])"
KEYS = {
    ("unet", "diffusers"): r"unet\.("
    + KOHYA_UNET.replace("lora_unet_", "").replace(r"\w+", r"[\w.]+").replace("_", "[._]")
    + ")",
    ("unet", "kohya"): KOHYA_UNET,
    ("unet", "comfyui"): KOHYA_UNET,
    ("klein", "diffusers"): (
        r"transformer\.transformer_blocks\.\d+\.(attn\.(to_[qkv]|add_[qkv]_proj|to_out\.0|to_add_out)"
        r"|ff(_context)?\.linear_(in|out))|transformer\.single_transformer_blocks\.\d+\.attn\.(to_qkv_mlp_proj|to_out)"
    ),
    ("klein", "kohya"): (
        rf"lora_unet_(double_blocks_\d+_({DOUBLE.replace('.', '_')})|single_blocks_\d+_linear[12])"
    ),
    ("klein", "comfyui"): (
        rf"diffusion_model\.(double_blocks\.\d+\.({DOUBLE})|single_blocks\.\d+\.linear[12])"
    ),
    ("unet", "invokeai"): KOHYA_UNET,
    ("z-image", "invokeai"): rf"diffusion_model\.{Z_IMAGE}",
    ("z-image", "diffusers"): rf"transformer\.{Z_IMAGE}",
    ("z-image", "kohya"): r"lora_unet_layers_\d+_(attention_(qkv|out)|feed_forward_w[123])",
    ("z-image", "comfyui"): rf"diffusion_model\.{Z_IMAGE}",
    ("krea-2", "diffusers"): (
        r"transformer\.transformer_blocks\.\d+\.(attn\.to_(q|k|v|out\.0|gate)|ff\.(gate|up|down))"
    ),
    ("krea-2", "comfyui"): r"diffusion_model\.blocks\.\d+\.(attn\.(w[qkvo]|gate)|mlp\.(gate|up|down))",
    ("qwen-image-2.1", "diffusers"): (
        r"transformer\.transformer_blocks\.\d+\.(attn\.to_(q|k|v|out\.0)|img_mlp\.(gate_layer|proj|out))"
    ),
    ("krea-2", "kohya"): r"lora_unet_blocks_\d+_(attn_(w[qkvo]|gate)|mlp_(gate|up|down))",
    ("anima", "kohya"): r"lora_unet_blocks_\d+_((self|cross)_attn_(q|k|v|output)_proj|mlp_layer[12])",
    ("anima", "diffusers"): (
        r"transformer\.transformer_blocks\.\d+\.(attn[12]\.to_(q|k|v|out\.0)|ff\.net\.(0\.proj|2))"
    ),
    ("anima", "comfyui"): (
        r"diffusion_model\.blocks\.\d+\.((self|cross)_attn\.(q|k|v|output)_proj|mlp\.layer[12])"
    ),
    ("qwen-image-2.1", "comfyui"): (
        r"diffusion_model\.transformer_blocks\.\d+\.(attn\.to_(q|k|v|out\.0)|img_mlp\.(gate_up|out))"
    ),
}
"""The names of layers in each form, as the programs that read it publish them; others have any."""
KEYS["klein", "invokeai"] = KEYS["klein", "diffusers"]


def forms_for(model: ImageModel) -> list[ExportForm]:
    """The forms in which a family is exported."""
    return [form for form in FORMS if form.programs_for(model.family.name)]


def of_the_family(form: ExportForm, model: ImageModel) -> ExportForm:
    """Skip the test of a form in which the family is not exported."""
    if form not in forms_for(model):
        pytest.skip(f"{model.family.name} is not exported {form.title}")
    return form


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[ImageModel, Path]]:
    """Makes a model, and a LoRA with random factors for all layers, the first time that it is asked for."""

    @functools.cache
    def make(name: str) -> tuple[ImageModel, Path]:
        model = load_image_model(FAMILIES[name](tmp_path_factory.mktemp("model")), device="cpu")
        generator = torch.Generator().manual_seed(0)
        attach_lora(model, TuneSettings(rank=2, target="all"), generator)
        with torch.no_grad():
            for weight in trainable(model).values():
                weight.copy_(torch.randn(weight.shape, generator=generator) * SPREAD.get(name, 0.1))
        card = AdapterCard("in ink style", "owner/base", 2, 7)
        path = save_adapter(model, tmp_path_factory.mktemp("lora") / "studio.safetensors", card)
        detach(model)
        return model, path

    return make


@pytest.fixture(params=FAMILIES)
def family(
    request: pytest.FixtureRequest, made: Callable[[str], tuple[ImageModel, Path]]
) -> tuple[ImageModel, Path]:
    """A family's; pytest would make it anew for each test whose parameters name it beside a form."""
    return made(request.param)


def written(model: ImageModel, path: Path, form: ExportForm, folder: Path) -> Path:
    names, part = model.family.lora_names, model.family.part
    tensors = named_tensors(read_layers(path, part), part, names, form)
    header = header_of(FACTS, names, form, read_adapter(path)[1], largest_rank(tensors))
    out = folder / "cat.safetensors"
    save_with_header(tensors, out, header)
    return out


def stock(model: ImageModel, file: Path, layers: int, precision: str) -> Image.Image:
    """What the stock pipeline draws with the file."""
    with tempfile.TemporaryDirectory() as folder:
        asked = tuple((each.prompt, each.seed) for each in REQUESTS)
        request = StockRequest(model.name, {}, "cpu", "auto", precision, str(file), layers, asked, 3, 3.0, 64)
        with torch.random.fork_rng(devices=[]):
            draw_stock(request, Path(folder))
        return Image.open(Path(folder) / "0.png").convert("RGB")  # some have an opacity


@pytest.mark.parametrize(("family", "precision"), DRAWN, indirect=["family"])
def test_the_stock_pipeline_draws_the_same_picture(
    family: tuple[ImageModel, Path], precision: str, tmp_path: Path
) -> None:
    """From each form, in the precision that the studio draws in."""
    model, path = family
    with drawing(model, path, getattr(torch, precision)):
        ours = pictures(model, REQUESTS, SETTINGS)[0]
    assert difference(ours, pictures(model, REQUESTS, SETTINGS)[0]) > 10
    layers = len(read_layers(path, model.family.part))
    forms = forms_for(model) if precision == "float32" else FORMS[:1]  # what another form says is the same
    for form in forms if model.family.part != "unet" else forms[:2]:
        file = written(model, path, form, tmp_path)
        # Some processors round a fused weight otherwise than a LoRA beside it: one level of 255.
        assert difference(ours, stock(model, file, layers, precision)) <= 1
    with pytest.raises(ValueError, match=f"takes {layers} of the {layers + 1} layers"):
        stock(model, file, layers + 1, precision)


def test_one_file_for_a1111_and_comfyui(family: tuple[ImageModel, Path], tmp_path: Path) -> None:
    """The keys of U-Nets are the same in both forms; those of transformers differ."""
    model, path = family
    of_the_family(FORMS[1], model)
    kohya, comfyui = (written(model, path, form, tmp_path).read_bytes() for form in FORMS[1:3])
    assert (kohya == comfyui) == (model.family.part == "unet")


@pytest.mark.parametrize(("family", "form"), IN_FORMS, indirect=["family"])
def test_keys_are_those_of_the_format(
    family: tuple[ImageModel, Path], form: ExportForm, tmp_path: Path
) -> None:
    model, path = family
    tensors = load_file(written(model, path, of_the_family(form, model), tmp_path))
    kind = "unet" if model.family.part == "unet" else model.family.name.replace("flux2-", "")
    ending = r"\.lora_[AB]\.weight"
    if not form.is_own and (kind == "unet" or form.factors == "lora_down"):
        ending = r"\.(lora_(down|up)\.weight|alpha)"
        downs = sum(name.endswith(".lora_down.weight") for name in tensors)
        assert downs == sum(name.endswith(".alpha") for name in tensors), "musubi reads no LoRA without"
    published = KEYS.get((kind, form.name), r"[\w.]+")
    wrong = [name for name in tensors if not re.fullmatch(f"({published}){ending}", name)]
    assert wrong == []
    for name, alpha in tensors.items():
        if name.endswith(".alpha"):
            assert float(alpha) == tensors[name.replace(".alpha", ".lora_down.weight")].shape[0]


def test_invokeai_knows_the_base_model_by_its_own_rules(
    family: tuple[ImageModel, Path], tmp_path: Path
) -> None:
    """A file with this layer is of FLUX.2, one with these names of Z-Image, and others go by their width."""
    model, path = family
    of_the_family(find_form("invokeai"), model)
    names = set(load_file(written(model, path, find_form("invokeai"), tmp_path)))
    of_flux2 = "transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight" in names
    of_z_image = any(name.startswith("diffusion_model.layers.") for name in names)
    assert of_flux2 == (model.family.name == "flux2-klein")
    assert of_z_image == (model.family.name == "z-image")
    if not (of_flux2 or of_z_image):
        assert any("attn2_to_k" in name and name.startswith("lora_unet_") for name in names)


@pytest.mark.parametrize(("family", "form"), IN_FORMS, indirect=["family"])
def test_the_change_of_each_weight_is_the_same(family: tuple[ImageModel, Path], form: ExportForm) -> None:
    """alpha / rank * up @ down, of the fused layers in the order of their parts."""
    model, path = family
    of_the_family(form, model)
    layers, names = read_layers(path, model.family.part), model.family.lora_names
    expected: dict[str, dict[int, torch.Tensor]] = {}
    for layer, factors in layers.items():
        place = names.layer(layer, form)
        expected.setdefault(place.name, {})[place.part] = factors.change
    found = fused(layers, names, form)
    assert found.keys() == expected.keys()
    for name, parts in expected.items():
        torch.testing.assert_close(found[name].change, torch.cat([parts[part] for part in sorted(parts)]))


@pytest.mark.parametrize(("family", "form"), IN_FORMS, indirect=["family"])
def test_the_header(family: tuple[ImageModel, Path], form: ExportForm, tmp_path: Path) -> None:
    model, path = family
    out = written(model, path, of_the_family(form, model), tmp_path)
    with safe_open(out, "pt") as file:
        header = file.metadata()
        downs = [name for name in file.keys() if name.endswith(("lora_down.weight", "lora_A.weight"))]  # noqa: SIM118
        ranks = {len(file.get_tensor(name)) for name in downs}
    version = {"sd1": "sd_v", "sdxl": "sdxl_", "flux2-klein": "flux_2_klein_4b", "z-image": "z_image"}
    version |= {"krea-2": "krea2", "qwen-image-2.1": "qwen_image_2.1", "anima": "anima"}
    assert header["ss_base_model_version"].startswith(version[model.family.name])
    if getattr(model.denoiser.config, "cross_attention_dim", 0) == 1024:
        velocity = model.family.process().prediction_type == "v_prediction"
        assert header["ss_base_model_version"] == ("sd_v2_v" if velocity else "sd_v2")
    assert header["ss_v2"] == str(header["modelspec.architecture"].startswith("stable-diffusion-v2"))
    assert header["modelspec.architecture"].endswith("/lora")
    assert header["modelspec.trigger_phrase"] == "in ink style"
    assert min(ranks) == 2 and header["ss_network_dim"] == str(max(ranks)), "joined layers have more"
    assert header["modelspec.hash_sha256"] == f"0x{tensors_hash(out)}"
    assert header["ss_tag_frequency"] == '{"references": {"A cat in ink style": 1}}'
    assert ("lora_adapter_metadata" in header) == form.is_own


def test_a_whole_denoiser_is_a_folder_that_diffusers_opens(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "model"), device="cpu")
    attach_full(model)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.denoiser.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.05)
    path = save_adapter(model, tmp_path / "whole.safetensors", AdapterCard("", "owner/base", 1, 7))
    detach(model)
    assert is_whole_denoiser(path, "unet")
    with drawing(model, path, torch.float32):
        ours = pictures(model, REQUESTS, SETTINGS)[0]
    folder = save_denoiser(model, path, tmp_path / "out")
    assert folder.name == "unet" and str(tmp_path) not in (folder / "config.json").read_text()
    assert difference(ours, stock(model, folder, 0, "float32")) == 0
