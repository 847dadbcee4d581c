"""The family and the size of a checkpoint are told by its header, before any weight is downloaded."""

from collections.abc import Callable, Mapping
from pathlib import Path

import diffusers
import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import Family
from gal_studio.engine.families.flux2_klein import Flux2Klein
from gal_studio.engine.families.krea_2 import Krea2
from gal_studio.engine.families.qwen_image_21 import QwenImage21
from gal_studio.engine.families.stable_diffusion import StableDiffusion
from gal_studio.engine.families.stable_diffusion_xl import StableDiffusionXL
from gal_studio.engine.families.z_image import ZImage
from gal_studio.engine.models.model_files import check_sizes, inspect
from gal_studio.engine.models.one_file import KINDS, KLEIN_4B, KLEIN_9B, FileTensor, OneFile
from tests.engine.hub.test_models import OLD, publish, without_network
from tests.engine.original_names import (
    State,
    original_klein,
    original_krea,
    original_qwen,
    original_unet,
    original_z_image,
    write_one_file,
)
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_krea, make_tiny_qwen_image, make_tiny_z_image
from tests.engine.tiny_pipelines import make_deep_xl, rewritten, unet_like
from tools.shapes.architectures import ARCHITECTURES

Header = Mapping[str, tuple[int, ...]]
UNET = "model.diffusion_model."
XL_UNET: Header = {
    f"{UNET}input_blocks.0.0.weight": (320, 4, 3, 3),
    f"{UNET}label_emb.0.0.weight": (1280, 2816),
    f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
    f"{UNET}output_blocks.8.0.skip_connection.weight": (320, 640, 1, 1),
}
FLUX_1: Header = {
    "double_blocks.0.img_attn.norm.key_norm.scale": (128,),
    "guidance_in.in_layer.bias": (3072,),
    "img_in.weight": (3072, 64),
}
KLEIN_OF_9B: Header = {"single_stream_modulation.lin.weight": (12288, 4096), "img_in.weight": (4096, 128)}
FLUX_2_DEV: Header = {**KLEIN_OF_9B, "guidance_in.in_layer.weight": (6144, 256)}


def described(shapes: Header, dtype: str = "BF16") -> OneFile:
    """A header alone; no test needs the weights."""
    return OneFile(
        Path("file.safetensors"), {name: FileTensor(one, dtype) for name, one in shapes.items()}, {}
    )


REFUSED: dict[str, tuple[Header, str, str]] = {
    "XL U-Net": (XL_UNET, "BF16", "is the U-Net of Stable Diffusion XL alone, without text encoders: choose"),
    "FLUX.1 in float8": (FLUX_1, "F8_E4M3", "is FLUX.1: choose a whole model. .*FLUX.2 klein"),
    "FLUX.2 dev": (FLUX_2_DEV, "BF16", "is FLUX.2 dev: .*FLUX.2 klein"),
    "klein in integers": (
        KLEIN_OF_9B,
        "I8",
        "with quantized weights as 8-bit integers without their scales, .*such as black-forest-labs/",
    ),
    "Anima": (
        {
            "net.llm_adapter.blocks.0.cross_attn.k_proj.weight": (8, 8),
            "net.blocks.0.mlp.layer1.weight": (8, 8),
        },
        "BF16",
        "is Anima, .*: choose circlestone-labs/Anima-Base-v1.0-Diffusers, or a folder of its kind",
    ),
    "depth": (
        {
            f"{UNET}input_blocks.0.0.weight": (320, 5, 3, 3),
            f"{UNET}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024),
        },
        "F16",
        "is a depth model",
    ),
    "diffusers' U-Net": ({"down_blocks.0.resnets.0.conv1.weight": (8, 8)}, "F16", "is a U-Net alone, in"),
    "autoencoder": ({"encoder.conv_in.weight": (8, 3, 3, 3)}, "F16", r"is an autoencoder \(VAE\) alone"),
    "text encoder": ({"text_model.embeddings.token_embedding.weight": (9, 8)}, "F16", "is a text encoder"),
    "embedding": ({"emb_params": (8, 768)}, "F16", "is an embedding"),
    "image adapter": ({"image_proj.proj.weight": (8, 8)}, "F16", r"is an image adapter \(IP-Adapter\)"),
    "Qwen-Image": (
        {"transformer_blocks.0.img_mlp.net.0.proj.weight": (8, 8), "img_in.weight": (8, 8)},
        "BF16",
        "is a transformer alone|is Qwen-Image",
    ),
    "ControlNet": ({"control_model.time_embed.0.weight": (8, 8)}, "F16", "is a ControlNet"),
    "ControlNet for Z-Image": (
        {
            "control_layers.14.adaLN_modulation.0.weight": (8, 8),
            "control_noise_refiner.0.before_proj.weight": (1,),
        },
        "BF16",
        "is not a checkpoint of a known kind|is a ControlNet for Z-Image",
    ),
}


@pytest.mark.parametrize(("shapes", "dtype", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_opened_is_named_by_what_it_is(shapes: Header, dtype: str, words: str) -> None:
    with pytest.raises(StudioError, match=words) as refused:
        described(shapes, dtype).kind()
    assert str(refused.value).endswith(".") and "choose" in str(refused.value)


def test_klein_is_told_by_its_width() -> None:
    file = described(KLEIN_OF_9B)
    assert file.kind() is KLEIN_9B
    with pytest.raises(
        StudioError, match=r"is FLUX.2 klein 9B, .*with black-forest-labs/FLUX.2-klein-base-9B'"
    ):
        file.only_pipeline(file.kind())


def klein(**changes: int) -> OneFile:
    """The header of a klein of real size."""
    configuration = {**ARCHITECTURES["flux2-klein"].components["transformer"], **changes}
    with torch.device("meta"):
        model = diffusers.Flux2Transformer2DModel.from_config(configuration)
    return header(original_klein(model.state_dict()))


def header(tensors: State) -> OneFile:
    return described({f"{UNET}{name}": tuple(weight.shape) for name, weight in tensors.items()})


NINE = {"num_layers": 8, "num_single_layers": 24, "num_attention_heads": 32, "joint_attention_dim": 12288}


def test_real_sizes_are_compared_with_the_configuration() -> None:
    pipeline = ARCHITECTURES["flux2-klein"]
    check_sizes(klein(), klein().kind(), Flux2Klein, pipeline)
    assert klein().kind() is KLEIN_4B
    large = klein(**NINE)
    assert large.kind() is KLEIN_9B
    for changes in (NINE, {"num_layers": 6}, {"num_single_layers": 21}):
        with pytest.raises(
            StudioError, match=r"is FLUX.2 klein .B of another size than .*: write 'file.safet"
        ):
            check_sizes(klein(**changes), klein(**changes).kind(), Flux2Klein, pipeline)
    with pytest.raises(StudioError, match="lacks tensors of its pipeline, such as"):
        check_sizes(klein(num_layers=4), KLEIN_4B, Flux2Klein, pipeline)


@pytest.mark.parametrize("name", ["sd1", "sd2", "sdxl"])
def test_a_real_u_net_fits_its_configuration_alone(name: str) -> None:
    pipeline = ARCHITECTURES[name]
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel.from_config(dict(pipeline.components["unet"]))
    blocks = len(unet.config.block_out_channels)
    file = header(original_unet(unet.state_dict(), unet.config.layers_per_block, blocks))
    kind = KINDS[{"sd1": "v1", "sd2": "v2", "sdxl": "xl_base"}[name]]
    family = StableDiffusionXL if name == "sdxl" else StableDiffusion
    check_sizes(file, kind, family, pipeline)
    other = ARCHITECTURES["sd1" if name == "sdxl" else "sdxl"]
    with pytest.raises(StudioError, match="of another size than"):
        check_sizes(file, kind, family, other)


@pytest.mark.parametrize(
    ("family", "name", "words", "kind", "original"),
    [
        (ZImage, "z-image", "Z-Image", "ZImage", original_z_image),
        (Krea2, "krea-2", "Krea 2", "Krea2", original_krea),
        (QwenImage21, "qwen-image-2.1", "Qwen-Image 2.1", "QwenImage21", original_qwen),
    ],
)
def test_a_real_transformer_fits_its_configuration_and_no_larger_one(
    family: type[Family], name: str, words: str, kind: str, original: Callable[[State], State]
) -> None:
    """A header of the real size fits, and one with a further layer does not."""
    pipeline = ARCHITECTURES[name]
    configuration = pipeline.components["transformer"]
    layers = next(key for key in ("n_layers", "num_layers") if key in configuration)
    for more in (0, 1):
        with torch.device("meta"):
            model = getattr(diffusers, f"{kind}Transformer2DModel").from_config(
                {**configuration, layers: configuration[layers] + more}
            )
        file = header(original(model.state_dict()))
        if not more:
            check_sizes(file, file.kind(), family, pipeline)
        else:
            with pytest.raises(StudioError, match=f"is {words} of another size than"):
                check_sizes(file, file.kind(), family, pipeline)


@pytest.mark.parametrize("make", [make_tiny_klein, make_tiny_z_image, make_tiny_krea, make_tiny_qwen_image])
def test_surplus_blocks_and_other_widths_are_refused(make: Callable[[Path], Path], tmp_path: Path) -> None:
    pipeline = make(tmp_path / "pipeline")
    tensors = load_file(write_one_file(pipeline, tmp_path / "file.safetensors"))
    block = next(name for name in tensors if "blocks.1." in name or "layers.1." in name)
    cases = {
        "it also has": {**tensors, block.replace(".1.", ".2.", 1): tensors[block].clone()},
        "and not": {**tensors, block: torch.ones(3, 5)[: tensors[block].ndim].contiguous()},
    }
    for words, changed in cases.items():
        save_file(changed, tmp_path / "changed.safetensors")
        with pytest.raises(StudioError, match=words):
            inspect(f"{tmp_path}/changed.safetensors with {pipeline}", {}, half=False)


def test_a_larger_xl_is_refused(tmp_path: Path) -> None:
    pipeline = make_deep_xl(tmp_path / "pipeline")
    large = make_deep_xl(tmp_path / "large")
    rewritten(large, unet=unet_like(large, layers_per_block=2))
    file = write_one_file(large, tmp_path / "file.safetensors")
    with pytest.raises(StudioError, match="is Stable Diffusion XL of another size than"):
        inspect(f"{file} with {pipeline}", {}, half=False)
    inspect(f"{file} with {large}", {}, half=False)


def test_a_wrong_size_is_refused_without_any_weight_of_the_pipeline(tmp_path: Path) -> None:
    """The cache holds the configuration alone, and the network is off."""
    pipeline = make_tiny_klein(tmp_path / "pipeline")
    tensors = load_file(write_one_file(pipeline, tmp_path / "file.safetensors"))
    first = f"{UNET}double_blocks.1."
    more = {name.replace(first, f"{UNET}double_blocks.2."): one.clone() for name, one in tensors.items()}
    save_file({**more, **tensors}, tmp_path / "file.safetensors")
    for weights in pipeline.rglob("*.safetensors"):
        weights.unlink()
    publish(tmp_path / "cache", "black-forest-labs/FLUX.2-klein-base-4B", OLD, pipeline)
    name = f"{tmp_path}/file.safetensors with black-forest-labs/FLUX.2-klein-base-4B"
    code = f"""
from gal_studio.core.errors import StudioError
from gal_studio.engine.models.model_files import inspect
try:
    inspect({name!r}, {{}}, half=False)
except StudioError as refused:
    print(refused)
"""
    (said,) = without_network(tmp_path / "cache", code)
    assert "is FLUX.2 klein 4B of another size than black-forest-labs/FLUX.2-klein-base-4B" in said
