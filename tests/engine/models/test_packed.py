"""Base models as people have them for ComfyUI: packed weights open as a model that was unpacked by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.families import packed
from gal_studio.engine.models.image_model import load_image_model
from tests.engine.original_names import write_one_file
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_krea, make_tiny_z_image

State = dict[str, torch.Tensor]
FLOAT8 = torch.float8_e4m3fn


def is_packed(name: str, weight: torch.Tensor) -> bool:
    return name.endswith(".weight") and weight.ndim == 2


def plain(state: State) -> tuple[State, State]:
    """Float8 without scales, in which biases and norms are stored too."""
    stored = {name: weight.to(FLOAT8) for name, weight in state.items()}
    return stored, {name: weight.float() for name, weight in stored.items()}


def scaled(state: State) -> tuple[State, State]:
    """ComfyUI's older scheme: a mark, and a scale beside each weight; some have one for each output."""
    stored: State = {"model.diffusion_model.scaled_fp8": torch.empty(2, dtype=FLOAT8)}
    unpacked: State = {}
    for number, (name, weight) in enumerate(state.items()):
        if not is_packed(name, weight):
            stored[name] = unpacked[name] = weight
            continue
        largest = weight.abs().amax(1, keepdim=True) if number % 2 else weight.abs().max()
        scale = (largest / 448).float()
        stem = name.removesuffix(".weight")
        stored |= {name: (weight / scale).to(FLOAT8), f"{stem}.scale_weight": scale.contiguous()}
        stored[f"{stem}.scale_input"] = torch.ones(1)
        unpacked[name] = stored[name].float() * scale
    return stored, unpacked


def tensorwise(kind: torch.dtype, form: str, largest: int) -> Callable[[State], tuple[State, State]]:
    def pack(state: State) -> tuple[State, State]:
        """ComfyUI's newer scheme: each weight names its format."""
        said = torch.tensor(list(json.dumps({"format": form}).encode()), dtype=torch.uint8)
        stored, unpacked = dict(state), dict(state)
        for name, weight in state.items():
            if is_packed(name, weight):
                stem, scale = name.removesuffix(".weight"), (weight.abs().max() / largest).float()
                number = weight / scale
                stored[name] = (number.round() if kind == torch.int8 else number).to(kind)
                stored |= {f"{stem}.weight_scale": scale, f"{stem}.comfy_quant": said.clone()}
                unpacked[name] = stored[name].float() * scale
        return stored, unpacked

    return pack


SCHEMES = {
    "float8": plain,
    "scaled float8": scaled,
    "named float8": tensorwise(FLOAT8, "float8_e4m3fn", 448),
    "8-bit integers": tensorwise(torch.int8, "int8_tensorwise", 127),
}


def pair(make: Any, pack: Any, folder: Path) -> tuple[Path, Path, Path]:
    """A pipeline, a packed file of another model, and the same file unpacked by hand."""
    pipeline, other = make(folder / "pipeline"), make(folder / "other", seed=1)
    stored, unpacked = pack(load_file(write_one_file(other, folder / "plain.safetensors")))
    save_file({name: weight.contiguous() for name, weight in stored.items()}, folder / "packed.safetensors")
    save_file({name: weight.contiguous() for name, weight in unpacked.items()}, folder / "byhand.safetensors")
    return pipeline, folder / "packed.safetensors", folder / "byhand.safetensors"


def same(first: Path, second: Path, pipeline: Path) -> None:
    """Bit by bit, in the precision in which they are opened."""
    opened, expected = (
        load_image_model(f"{file} with {pipeline}", device="cpu").denoiser.state_dict()
        for file in (first, second)
    )
    assert opened.keys() == expected.keys()
    assert all(torch.equal(weight, expected[name]) for name, weight in opened.items())
    assert {weight.dtype for weight in opened.values()} == {weight.dtype for weight in expected.values()}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("make", [make_tiny_klein, make_tiny_z_image, make_tiny_krea])
def test_a_packed_file_is_the_model_unpacked_by_hand(make: Any, scheme: str, tmp_path: Path) -> None:
    pipeline, file, by_hand = pair(make, SCHEMES[scheme], tmp_path)
    same(file, by_hand, pipeline)


def test_a_scheme_that_is_not_read_is_named(tmp_path: Path) -> None:
    pipeline, file, _ = pair(make_tiny_klein, tensorwise(torch.int8, "int8_tensorwise", 127), tmp_path)
    tensors = load_file(file)
    for said, words in (
        ({"format": "nvfp4"}, "in the scheme nvfp4"),
        ({"format": "int8_tensorwise", "convrot": True}, "in the scheme convrot"),
    ):
        text = torch.tensor(list(json.dumps(said).encode()), dtype=torch.uint8)
        changed = {
            name: text.clone() if name.endswith("comfy_quant") else one for name, one in tensors.items()
        }
        save_file(changed, file)
        with pytest.raises(
            StudioError, match=rf"with quantized weights {words}, which cannot be trained: .*FLUX"
        ):
            load_image_model(f"{file} with {pipeline}", device="cpu")


def test_a_gguf_file_is_the_model_unpacked_by_hand(tmp_path: Path) -> None:
    """A file that the library of the format writes; its blocks are read here by their definition."""
    gguf = pytest.importorskip("gguf", reason="the extra gguf is not installed")
    pipeline, other = make_tiny_klein(tmp_path / "pipeline"), make_tiny_klein(tmp_path / "other", seed=1)
    state = load_file(write_one_file(other, tmp_path / "plain.safetensors", prefix=""))
    writer, kind = gguf.GGUFWriter(tmp_path / "model.gguf", "flux"), gguf.GGMLQuantizationType.Q8_0
    for name, weight in state.items():
        numbers = weight.float().numpy()
        if is_packed(name, weight) and weight.shape[1] % 32 == 0:
            stored = gguf.quants.quantize(numbers, kind)
            writer.add_tensor(name, stored, raw_dtype=kind)
            blocks = stored.reshape(-1, 34)  # a scale of 16 bits and 32 numbers of 8
            scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
            numbers = blocks[:, 2:].copy().view(np.int8).astype(np.float32) * scales
            state[name] = torch.from_numpy(numbers.reshape(weight.shape))
        else:
            writer.add_tensor(name, numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(state, tmp_path / "byhand.safetensors")
    same(tmp_path / "model.gguf", tmp_path / "byhand.safetensors", pipeline)


def test_a_gguf_file_without_its_reader_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gguf", None)
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(
        StudioError, match=r"needs a reader of GGUF files \(.*gguf.*\): run .*\[gguf\].*, or choose"
    ) as refused:
        packed.gguf_header(tmp_path / "model.gguf")
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)
