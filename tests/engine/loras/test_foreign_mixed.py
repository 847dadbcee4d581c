"""Files whose every layer is of another kind, rank and scale, compared with a reference in NumPy.

The reference is written by the definitions of the papers, knows no factors, and computes in float64.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from tests.engine.loras.foreign_files import dotted, joined, layers_of
from tests.engine.tiny_models import FAMILIES

Array = np.ndarray
Tensors = dict[str, Array]
NAMES: dict[str, Callable[[str], str]] = {
    "kohya": joined("lora_unet_"),
    "LyCORIS": joined("lycoris_"),
    "ComfyUI's trainer": dotted("diffusion_model."),
}


class Writer:
    """Draws the tensors of a layer and what they add to it, by the layer's shape and weight."""

    def __init__(self, seed: int) -> None:
        self.random, self.numbers = Random(seed), np.random.default_rng(seed)

    def drawn(self, *shape: int) -> Array:
        return self.numbers.normal(size=shape)

    def lora(self, shape: tuple[int, ...]) -> tuple[Tensors, Array]:
        rank, alpha = self.random.randint(1, 3), self.random.choice((0.0, 1.0, 4.0, -2.0))
        down, up = self.drawn(rank, *shape[1:]), self.drawn(shape[0], rank)
        tensors = {
            "lora_down.weight": down,
            "lora_up.weight": up.reshape(*up.shape, *(1 for _ in shape[2:])),
        }
        scale = 1.0
        if self.random.random() < 0.7:
            tensors["alpha"] = np.array(alpha)
            scale = alpha / rank
        added = sum(
            scale * np.multiply.outer(up[:, row], down[row].reshape(-1)).reshape(shape) for row in range(rank)
        )
        return tensors, np.asarray(added)

    def loha(self, shape: tuple[int, ...]) -> tuple[Tensors, Array]:
        rank, columns = self.random.randint(1, 2), int(np.prod(shape[1:]))
        tensors = {
            f"hada_w{number}_{half}": self.drawn(*sides)
            for number in (1, 2)
            for half, sides in (("a", (shape[0], rank)), ("b", (rank, columns)))
        }
        first, second = (tensors[f"hada_w{number}_a"] @ tensors[f"hada_w{number}_b"] for number in (1, 2))
        return {**tensors, "alpha": np.array(3.0)}, (3.0 / rank * first * second).reshape(shape)

    def lokr(self, shape: tuple[int, ...]) -> tuple[Tensors, Array]:
        columns = int(np.prod(shape[1:]))
        if shape[0] % 2 or shape[1] % 2 or shape[2:]:
            return self.lora(shape)
        w1, a, b = self.drawn(2, 2), self.drawn(shape[0] // 2, 1), self.drawn(1, columns // 2)
        tensors = {"lokr_w1": w1, "lokr_w2_a": a, "lokr_w2_b": b, "alpha": np.array(0.5)}
        whole = np.zeros(shape)
        for row in range(shape[0]):
            for column in range(columns):
                high = divmod(row, shape[0] // 2), divmod(column, columns // 2)
                (i, k), (j, m) = high
                whole[row, column] = 0.5 * w1[i, j] * a[k, 0] * b[0, m]
        return tensors, whole


def mixed(model: ImageModel, naming: str, seed: int) -> tuple[dict[str, torch.Tensor], dict[str, Array]]:
    """A file's tensors, and what it adds to each layer; some layers are left out."""
    writer, tensors, added = Writer(seed), {}, {}
    for layer, shape in layers_of(model, "all").items():
        kind = writer.random.choice(("lora", "loha", "lokr", "none"))
        if kind == "none":
            continue
        made, added[layer] = {"lora": writer.lora, "loha": writer.loha, "lokr": writer.lokr}[kind](shape)
        for role, tensor in made.items():
            tensors[f"{NAMES[naming](layer)}.{role}"] = torch.from_numpy(np.asarray(tensor)).float()
    return tensors, added


def written(tensors: dict[str, torch.Tensor], path: Path) -> Path:
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path


@pytest.mark.parametrize("naming", NAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_layer_changes_as_defined(opened: ImageModel, naming: str, seed: int, tmp_path: Path) -> None:
    tensors, added = mixed(opened, naming, seed)
    found = read_foreign(opened, written(tensors, tmp_path / "mixed.safetensors"))
    assert found.factors.keys() == added.keys()
    for layer, factors in found.factors.items():
        np.testing.assert_allclose(factors.change.numpy(), added[layer], rtol=1e-3, atol=2e-4, err_msg=layer)


def test_a_bundled_embedding_is_left_out_and_named(unet: ImageModel, tmp_path: Path) -> None:
    """As OneTrainer writes them."""
    layer, shape = next(iter(layers_of(unet).items()))
    name = f"lora_unet_{layer.replace('.', '_')}"
    down, up = torch.ones(2, *shape[1:]), torch.ones(shape[0], 2, *(1,) * (len(shape) - 2))
    made = {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
    word = {"bundle_emb.inky.string_to_param.*": torch.ones(2, 2)}
    plain = written(made, tmp_path / "plain.safetensors")
    bundled = written({**made, **word}, tmp_path / "bundled.safetensors")
    alone, found = read_foreign(unet, plain), read_foreign(unet, bundled)
    assert found.factors.keys() == alone.factors.keys()
    assert torch.equal(found.factors[layer].up, alone.factors[layer].up)
    words = "Its embedding of “inky” is left out: the base model does not know the word."
    assert found.notes == (*alone.notes, words)
    assert alone.notes == ("All of the LoRA is used: 1 layer.",)


def broken(random: Random, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """One tensor lost, emptied, of another form or another name, or not finite."""
    name = random.choice(sorted(tensors))
    tensor, rest = tensors[name], {other: kept for other, kept in tensors.items() if other != name}
    end = name.rpartition(".")[0]
    return random.choice(
        (
            rest,
            {**rest, name: torch.zeros(0)},
            {**rest, name: torch.ones(())},
            {**rest, name: torch.ones(3)},
            {**rest, name: torch.ones(2, 3, 4)},
            {**rest, name: tensor.new_full(tensor.shape, torch.nan)},
            {**rest, name: tensor.new_full(tensor.shape, torch.inf)},
            {**rest, name: torch.zeros(0, *tensor.shape[1:])},
            {**rest, f"{end}.lokr_w1": torch.ones(2, 2)},
            {**rest, f"{name}x": tensor},
            {**tensors, f"{end}.alpha": torch.ones(2)},
            {**tensors, f"{end}.lora_down.bias": torch.ones(2)},
        )
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_broken_file_is_refused_in_a_sentence_or_read_foreign(
    unet: ImageModel, seed: int, tmp_path: Path
) -> None:
    """What is left may be whole, such as a plain LoRA that has lost its alpha: then all of it is read."""
    random = Random(seed)
    tensors, _ = mixed(unet, "kohya", seed)
    path = written(broken(random, tensors), tmp_path / "broken.safetensors")
    try:
        found = read_foreign(unet, path)
    except StudioError as error:
        assert "broken.safetensors" in str(error) and "\n" not in str(error)
        assert str(error).endswith(".") and "dict" not in str(error)
    else:
        assert all(factors.change.isfinite().all() for factors in found.factors.values())
        assert len(found.factors) >= len({name.split(".")[0] for name in tensors}) - 1


def test_files_without_content_are_refused_by_what_they_are(unet: ImageModel, tmp_path: Path) -> None:
    layer, shape = next(iter(layers_of(unet).items()))
    name = f"lora_unet_{layer.replace('.', '_')}"
    down, up = torch.ones(1, *shape[1:]), torch.ones(shape[0], 1)
    cases: dict[str, tuple[dict[str, torch.Tensor], str]] = {
        "none": ({}, "holds no LoRA"),
        "zero": ({f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": 0 * up}, "changes nothing"),
        "huge": (
            {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": 3e38 * up},
            "has scales that make its weights infinite",
        ),
        "alpha": (
            {
                f"{name}.lora_down.weight": down,
                f"{name}.lora_up.weight": up,
                f"{name}.alpha": torch.zeros(()),
            },
            "a LoRA of 1 layer, changes nothing: all that it adds is 0",
        ),
        "text": (
            {"lora_te_a.lora_down.weight": down, "lora_te_a.lora_up.weight": up},
            "is a LoRA of a text encoder alone",
        ),
    }
    for case, (tensors, words) in cases.items():
        with pytest.raises(StudioError, match=words):
            read_foreign(unet, written(tensors, tmp_path / f"{case}.safetensors"))
    (tmp_path / "empty.safetensors").touch()
    with pytest.raises(StudioError, match="is empty"):
        read_foreign(unet, tmp_path / "empty.safetensors")
    with pytest.raises(StudioError, match="is a LoRA of a text encoder alone"):
        read_foreign(unet, tmp_path / "text.safetensors", without_text=True)


def test_text_encoders_are_left_out_when_that_is_chosen(unet: ImageModel, tmp_path: Path) -> None:
    tensors, added = mixed(unet, "kohya", 3)
    more = {
        f"{name}.{role}": torch.ones(2, 2)
        for name in ("lora_te1_text_model_encoder_layers_0_mlp_fc1", "text_encoder.layers.0", "lora_te2_x")
        for role in ("lora_down.weight", "lora_up.weight")
    }
    path = written({**tensors, **more}, tmp_path / "text.safetensors")
    with pytest.raises(StudioError, match=r"text encoder \(3 layers\).*: choose to leave these out"):
        read_foreign(unet, path)
    found = read_foreign(unet, path, without_text=True)
    assert found.factors.keys() == added.keys()
    assert found.notes[0] == f"{found.used} of its {found.used + 3} layers are used."
    assert found.notes[1].startswith("Without 3 layers of the text encoder, ")


def test_a_lora_that_changes_the_conditioner_of_anima_is_a_speed_lora_without_that(tmp_path: Path) -> None:
    """As that of its makers is: layers between text encoder and transformer are left out, and counted."""
    model = load_image_model(FAMILIES["anima"](tmp_path / "model"), device="cpu")
    layer = "diffusion_model.blocks.0.self_attn.q_proj"
    for between in (
        "diffusion_model.llm_adapter.blocks.0.self_attn.q_proj",
        "lora_unet_llm_adapter_out_proj",
    ):
        tensors = {
            f"{name}.lora_{kind}.weight": torch.ones((1, 32) if kind == "down" else (32, 1))
            for name in (layer, between)
            for kind in ("down", "up")
        }
        save_file(tensors, tmp_path / "turbo.safetensors")
        with pytest.raises(StudioError, match=r"also changes the text encoder \(1 layer\)"):
            read_foreign(model, tmp_path / "turbo.safetensors")
        found = read_foreign(model, tmp_path / "turbo.safetensors", without_text=True)
        assert list(found.factors) == ["transformer_blocks.0.attn1.to_q"] and found.text_layers == 1
