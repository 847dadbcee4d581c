"""What the plan of a training counts: steps, autocast's copies where there are some, and the autoencoder."""

from pathlib import Path
from types import SimpleNamespace

import diffusers
import pytest
import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.stable_diffusion_xl import StableDiffusionXL
from gal_studio.engine.memory.peak import autocast_copies
from gal_studio.engine.memory.plan import MemoryPlan, encoding_need, training_need
from gal_studio.engine.models import devices
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.training import latents
from gal_studio.engine.training.latents import encode_picture
from tests.engine.conftest import noise_picture
from tests.engine.tiny_flows import make_tiny_klein

LORA = TuneSettings(batch_size=1, rank=2, target="attention")
GIGABYTE = 1 << 30


@pytest.fixture
def half(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that trains in bfloat16."""
    monkeypatch.setattr(devices, "training_precision", lambda *_: torch.bfloat16)


@pytest.mark.usefixtures("half")
def test_weights_that_are_held_in_half_precision_are_not_copied(pipeline_folder: Path) -> None:
    kinds = (torch.float32, torch.bfloat16)
    single, double = (load_image_model(pipeline_folder, "cpu", kind) for kind in kinds)
    weights = sum(weight.numel() for weight in single.denoiser.parameters())
    assert autocast_copies(single, LORA) == 2 * weights
    assert autocast_copies(double, LORA) == 0
    assert autocast_copies(double, LORA.updated({"method": "full"})) == 2 * weights
    assert (
        training_need(single, LORA, MemoryPlan(1)) == training_need(double, LORA, MemoryPlan(1)) + 2 * weights
    )
    block = max(
        sum(weight.numel() for weight in part.parameters())
        for part in single.denoiser.modules()
        if type(part).__name__ in ("ResnetBlock2D", "BasicTransformerBlock")
    )
    assert autocast_copies(single, LORA, low_memory=True) == 2 * block


def test_the_autoencoder_is_in_the_plan(model: ImageModel) -> None:
    large = LORA.updated({"resolution": 256})
    assert training_need(model, large, MemoryPlan(1)) >= encoding_need(model, large, low_memory=False)
    assert encoding_need(model, large, low_memory=True) < encoding_need(model, large, low_memory=False) / 2


@pytest.mark.parametrize("family", ["sd1", "klein"])
def test_a_picture_is_encoded_in_tiles_if_memory_is_short(
    pipeline_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    folder = pipeline_folder if family == "sd1" else make_tiny_klein(tmp_path)
    opened, picture = load_image_model(folder, "cpu"), noise_picture(1, 96, 64)
    whole = encode_picture(opened, picture, (64, 64))
    sizes: list[torch.Size] = []
    opened.autoencoder.encoder.register_forward_pre_hook(lambda _, inputs: sizes.append(inputs[0].shape[2:]))
    monkeypatch.setattr(latents, "free_memory", lambda _device: 1000)
    tiled = encode_picture(opened, picture, (64, 64))
    assert tiled.shape == whole.shape and not torch.equal(tiled, whole)
    assert max(max(size) for size in sizes) == 32
    assert opened.autoencoder.use_tiling is False


def real_xl() -> ImageModel:
    """A Stable Diffusion XL of its real size, without weights."""
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel(
            sample_size=128,
            block_out_channels=(320, 640, 1280),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 2, 10),
            attention_head_dim=(5, 10, 20),
            cross_attention_dim=2048,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        ).to(torch.bfloat16)
        autoencoder = diffusers.AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
        )
    pipeline = SimpleNamespace(unet=unet, vae=autoencoder)
    return ImageModel("xl", StableDiffusionXL(pipeline), torch.device("cpu"))


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.usefixtures("half")
def test_a_lora_of_xl_needs_a_few_gigabytes_beside_the_weights() -> None:
    settings = LORA.updated({"rank": 16, "resolution": 1024})
    xl = real_xl()
    whole, spared = (training_need(xl, settings, MemoryPlan(1, low_memory)) for low_memory in (False, True))
    print(f"{whole / GIGABYTE:.1f} GB, {spared / GIGABYTE:.1f} GB with gradient checkpointing")
    assert 4 * GIGABYTE < whole < 12 * GIGABYTE
    assert spared < 3 * GIGABYTE
