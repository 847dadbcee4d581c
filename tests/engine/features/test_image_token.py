"""The image token of DINO-like models, as the DINO metric compares it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.image_token import load_image_token
from gal_studio.engine.features.pretrained_vision import IMAGENET_MEAN, IMAGENET_STD
from tests.engine.conftest import soft_pictures
from tests.engine.tiny_vision import make_tiny_transformer

ENDS = ("weight", "bias")


def test_it_is_the_first_token_of_the_published_crop(tmp_path: Path) -> None:
    """The shorter side 256 / 224 of the crop, bicubic, the middle of it, ImageNet's statistics."""
    from transformers import ViTModel

    name = make_tiny_transformer(tmp_path / "dino", "vit")
    picture = soft_pictures(1, 2, side=300)[0].resize((300, 200))
    side = 32
    shorter = round(side * 256 / 224)
    resized = picture.resize((int(shorter * 300 / 200), shorter), Image.Resampling.BICUBIC)
    left, top = round((resized.width - side) / 2), round((resized.height - side) / 2)
    pixels = np.asarray(resized.crop((left, top, left + side, top + side)), dtype=np.float32) / 255
    pixels = (pixels - np.array(IMAGENET_MEAN, np.float32)) / np.array(IMAGENET_STD, np.float32)
    model = ViTModel.from_pretrained(name).eval()
    with torch.no_grad():
        said = model(torch.from_numpy(pixels).permute(2, 0, 1)[None])
    expected = said.last_hidden_state[0, 0].double().numpy()
    found = load_image_token(name, "cpu").images([picture, picture])
    assert found.shape == (2, 32) and found.dtype == np.float64
    np.testing.assert_allclose(found[0], expected / np.linalg.norm(expected), atol=1e-5)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    local = load_image_token(f"local-dir:{name}", "cpu").images([picture])
    np.testing.assert_allclose(local[0], found[0], atol=1e-6)


def test_a_local_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"There is no folder of a vision model .*gone: check the path"):
        load_image_token(f"local-dir:{tmp_path / 'gone'}", "cpu")


def same_in_transformers(network: Any, folder: Path, processor: dict[str, Any]) -> str:
    """Write a timm vision transformer in the layout of transformers, as facebook/dino-vits16 is."""
    from transformers import ViTConfig, ViTModel

    weights = network.state_dict()
    width = weights["cls_token"].shape[-1]
    sizes = {"hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = ViTConfig(
        **sizes, intermediate_size=4 * width, layer_norm_eps=1e-6, image_size=224, patch_size=16
    )
    with torch.random.fork_rng(devices=[]):
        model = ViTModel(config)
    names = {
        "norm1": "layernorm_before", "norm2": "layernorm_after", "attn.proj": "attention.o_proj",
        "mlp.fc1": "mlp.fc1", "mlp.fc2": "mlp.fc2",
    }  # fmt: skip
    renamed = {
        "embeddings.cls_token": weights["cls_token"],
        "embeddings.position_embeddings": weights["pos_embed"],
        **{f"embeddings.patch_embeddings.projection.{w}": weights[f"patch_embed.proj.{w}"] for w in ENDS},
        **{f"layernorm.{w}": weights[f"norm.{w}"] for w in ENDS},
    }
    for layer in range(2):
        own, other = f"blocks.{layer}", f"layers.{layer}"
        for before, after in names.items():
            renamed |= {f"{other}.{after}.{w}": weights[f"{own}.{before}.{w}"] for w in ENDS}
        for w in ENDS:
            parts = weights[f"{own}.attn.qkv.{w}"].chunk(3)
            renamed |= {f"{other}.attention.{n}_proj.{w}": part for n, part in zip("qkv", parts, strict=True)}
    model.load_state_dict(renamed, strict=False)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return str(folder)


@pytest.mark.parametrize(
    "processor",
    [
        {"image_processor_type": "ViTImageProcessor", "size": 224},
        {"size": {"height": 224, "width": 224}, "image_processor_type": "ViTImageProcessor"},
        {
            "image_processor_type": "BitImageProcessor",
            "size": {"shortest_edge": 256},
            "crop_size": {"height": 224, "width": 224},
        },
    ],
    ids=["old", "size", "crop"],
)
def test_the_layout_of_transformers_gives_the_published_figure(
    processor: dict[str, Any], tmp_path: Path
) -> None:
    """Both papers' DINO: a vision transformer of 16 pixels a patch at 224 pixels, 256 before the crop."""
    from timm.models.vision_transformer import VisionTransformer
    from torchvision import transforms

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = VisionTransformer(embed_dim=32, depth=2, num_heads=2, num_classes=0).eval()
        torch.nn.init.normal_(network.pos_embed, std=0.5)
    published = transforms.Compose(
        [
            transforms.Resize(256, interpolation=transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )
    picture = soft_pictures(1, 2, side=300)[0].resize((400, 300))
    with torch.no_grad():
        expected = network.forward_features(published(picture)[None])[0, 0].double().numpy()
    name = same_in_transformers(network, tmp_path / "dino", processor)
    found = load_image_token(name, "cpu").images([picture])[0]
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-6)


@pytest.mark.parametrize("kind", ["dinov2", "registers", "dinov3", "test_vit"])
def test_other_models_with_an_image_token(kind: str, tmp_path: Path) -> None:
    embedder = load_image_token(make_tiny_transformer(tmp_path / kind, kind), "cpu")
    found = embedder.images(soft_pictures(3, 1))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    assert found[0] @ found[1] < 0.9999
    assert embedder.images([]).shape == (0, 0)


@pytest.mark.parametrize("kind", ["siglip", "resnet"])
def test_models_without_one_are_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has no image token"):
        load_image_token(make_tiny_transformer(tmp_path / kind, kind), "cpu")


def test_pickles_and_other_folders_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "dino"
    make_tiny_transformer(folder, "vit")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(StudioError, match=r"its weights are pytorch_model\.bin, a file type that can run"):
        load_image_token(str(folder), "cpu")
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(StudioError, match="it has no safetensors weights"):
        load_image_token(str(folder), "cpu")
    (folder / "config.json").unlink()
    with pytest.raises(StudioError, match=r"there is no config\.json in it"):
        load_image_token(str(folder), "cpu")
