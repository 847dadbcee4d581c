"""A LoRA out of images: names and sizes as published, and each factor as the published model makes it."""

import hashlib
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import DINOv3ViTConfig, DINOv3ViTModel, SiglipVisionConfig, SiglipVisionModel

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.models.adapters import targeted_layers
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.research.features.image_to_lora.engine import SEEN_BY, _layers, predicted, write_image_lora
from tests.engine.tiny_flows import make_tiny_z_image

ATTENTION = ("attention.to_q", "attention.to_k", "attention.to_v", "attention.to_out.0")
FEED_FORWARD = ("feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
WIDTHS = 16, 24
BETWEEN, RANK = 3, 4


def names_of(parts: dict[str, int]) -> dict[str, str]:
    """Where a predictor has each layer, for so many blocks of each part."""
    found = {}
    for part, blocks in parts.items():
        for kind, layers in enumerate((ATTENTION, FEED_FORWARD)):
            for block in range(blocks):
                for number, layer in enumerate(layers):
                    place = f"{part}_lora.blocks.{kind * blocks + block}.layers.{number}"
                    found[f"{part}.{block}.{layer}"] = place
    return found


def test_the_published_file_has_these_names_and_sizes() -> None:
    """The hash is that of the names and shapes by which DiffSynth-Studio knows its Z-Image-i2L."""
    sizes = dict.fromkeys(ATTENTION, (3840, 3840)) | {
        "feed_forward.w1": (3840, 10240),
        "feed_forward.w2": (10240, 3840),
        "feed_forward.w3": (3840, 10240),
    }
    places = names_of({"layers": 30, "context_refiner": 2, "noise_refiner": 2})
    width = sum(int(each.sizes["hidden_size"]) for each in SEEN_BY)
    shapes = {}
    for layer, place in places.items():
        for factor, length in zip("ab", sizes[layer.split(".", 2)[2]], strict=True):
            shapes[f"{place}.proj_{factor}.proj_in.weight"] = 128, width
            shapes[f"{place}.proj_{factor}.proj_out.weight"] = length * RANK, 128
    told = [*shapes, *(f"{name}:{rows}_{columns}" for name, (rows, columns) in shapes.items())]
    found = hashlib.md5(",".join(sorted(told)).encode(), usedforsecurity=False).hexdigest()
    assert found == "9510cb8cd1dd34ee0e4f111c24905510"
    assert dict(_layers(list(shapes))) == places


@pytest.fixture(scope="module")
def z_image(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return load_image_model(make_tiny_z_image(tmp_path_factory.mktemp("z-image") / "model"), device="cpu")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, z_image: ImageModel) -> Path:
    return make_predictor(tmp_path_factory.mktemp("i2l"), z_image)


def make_predictor(folder: Path, z_image: ImageModel) -> Path:
    """A tiny predictor for a tiny Z-Image, and tiny encoders in their folders."""
    folder.mkdir(exist_ok=True)
    random = torch.Generator().manual_seed(0)
    small = {"intermediate_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2, "patch_size": 16}
    siglip = SiglipVisionConfig(hidden_size=WIDTHS[0], image_size=32, **small)
    dino = DINOv3ViTConfig(hidden_size=WIDTHS[1], image_size=32, use_gated_mlp=True, key_bias=False, **small)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        SiglipVisionModel(siglip).save_pretrained(folder / "SigLIP2-G384")
        DINOv3ViTModel(dino).save_pretrained(folder / "DINOv3-7B")
    layers = targeted_layers(z_image.denoiser, z_image.family.lora_layers("all"))
    blocks = {"layers": int(z_image.denoiser.config.n_layers)}
    tensors = {}
    for layer, place in names_of(blocks).items():
        out, inside = layers[layer].weight.shape
        for factor, length in (("a", inside), ("b", out)):
            tensors[f"{place}.proj_{factor}.proj_in.weight"] = torch.randn(
                BETWEEN, sum(WIDTHS), generator=random
            )
            tensors[f"{place}.proj_{factor}.proj_out.weight"] = torch.randn(
                length * RANK, BETWEEN, generator=random
            )
    save_file(tensors, folder / "model.safetensors")
    return folder


def pictures(count: int) -> list[Image.Image]:
    return [Image.linear_gradient("L").rotate(40 * number).resize((60, 90)) for number in range(count)]


def test_each_factor_is_as_the_published_model_makes_it(made: Path) -> None:
    """One image at a time: two matrices for each factor; the changes of several images are averaged."""
    from safetensors.torch import load_file

    seen = torch.randn(3, sum(WIDTHS), generator=torch.Generator().manual_seed(1))
    tensors = load_file(made / "model.safetensors")
    found = predicted(made / "model.safetensors", seen)
    places = dict(_layers(list(tensors)))
    assert found.keys() == places.keys() and found
    for layer, place in places.items():
        changes = []
        for row in seen:
            down, up = (
                tensors[f"{place}.proj_{factor}.proj_out.weight"]
                @ (tensors[f"{place}.proj_{factor}.proj_in.weight"] @ row)
                for factor in "ab"
            )
            changes.append(up.view(-1, RANK) @ down.view(RANK, -1))
        torch.testing.assert_close(found[layer].change, sum(changes) / 3, rtol=1e-4, atol=1e-3)
        assert found[layer].rank == 3 * RANK


def test_images_become_a_lora_that_the_model_reads(made: Path, z_image: ImageModel, tmp_path: Path) -> None:
    cpu, predictor = torch.device("cpu"), str(made / "model.safetensors")
    ranks = [
        write_image_lora(pictures(count), tmp_path / f"{count}.safetensors", cpu, predictor, str(made))
        for count in (1, 2)
    ]
    assert ranks == [RANK, 2 * RANK]
    one, two = (read_foreign(z_image, tmp_path / f"{count}.safetensors").factors for count in (1, 2))
    assert one.keys() == two.keys() == set(z_image.family.lora_layers("all"))
    assert any(not torch.allclose(one[layer].change, two[layer].change) for layer in one)
    z_image.family.pipeline.load_lora_weights(str(tmp_path), weight_name="2.safetensors")
    taken = sum(bool(getattr(module, "lora_A", None)) for module in z_image.denoiser.modules())
    z_image.family.pipeline.unload_lora_weights()
    assert taken == len(two)


def test_files_of_something_else_are_refused(made: Path, tmp_path: Path) -> None:
    cpu, out = torch.device("cpu"), tmp_path / "out.safetensors"
    save_file({"emb2lora.weight": torch.ones(2)}, tmp_path / "v2.safetensors")
    cases = (
        ([], str(made / "model.safetensors"), made, "There is no image"),
        (
            pictures(1),
            str(tmp_path / "v2.safetensors"),
            made,
            "does not make LoRAs for Z-Image: give that of",
        ),
        (pictures(1), str(tmp_path / "gone.safetensors"), made, "There is no predictor"),
        (pictures(1), str(made / "model.safetensors"), tmp_path, "There is no vision model"),
    )
    for images, predictor, encoders, words in cases:
        with pytest.raises(StudioError, match=words):
            write_image_lora(images, out, cpu, predictor, str(encoders))
    assert not out.exists()
