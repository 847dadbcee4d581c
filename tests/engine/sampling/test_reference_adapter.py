"""Image adapters are read in every published layout, fit or are refused, and leave the model as it was."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import reference_family
from gal_studio.engine.models.adapter_files import AdapterName, adapter_name, choose_encoder, choose_weights
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling import reference_adapter
from gal_studio.engine.sampling.reference_adapter import (
    attached,
    check_pictures,
    encode_references,
    encoder_need,
    image_encoder,
    load_adapter,
    read_parts,
)
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_adapters import flat, make_tiny_adapters, make_tiny_encoder, tiny_parts
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image

H94 = [
    "README.md", "models/image_encoder/config.json", "models/image_encoder/model.safetensors",
    "models/image_encoder/pytorch_model.bin", "models/ip-adapter-plus-face_sd15.safetensors",
    "models/ip-adapter-plus_sd15.bin", "models/ip-adapter-plus_sd15.safetensors",
    "models/ip-adapter_sd15.safetensors", "sdxl_models/image_encoder/config.json",
    "sdxl_models/image_encoder/model.safetensors", "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors",
    "sdxl_models/ip-adapter_sdxl.safetensors", "sdxl_models/ip-adapter_sdxl_vit-h.safetensors",
]  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    return load_image_model(make_tiny_pipeline(tmp_path_factory.mktemp("sd")), device="cpu")


@pytest.fixture(scope="module")
def adapters(model: ImageModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_adapters(tmp_path_factory.mktemp("h94"), model)


def picture(seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (40, 56, 3), dtype=np.uint8))


def test_names(adapters: Path) -> None:
    assert adapter_name("h94/IP-Adapter") == AdapterName("h94/IP-Adapter")
    assert adapter_name("h94/IP-Adapter/models/a.bin with me/encoder") == AdapterName(
        "h94/IP-Adapter", "models/a.bin", "me/encoder"
    )
    assert adapter_name(f"{adapters}/models") == AdapterName(f"{adapters}/models")
    with pytest.raises(StudioError, match=r"has no name"):
        adapter_name(" with h94/IP-Adapter")


@pytest.mark.parametrize(
    ("family", "wanted", "weights", "encoder"),
    [
        ("sd1", "", "models/ip-adapter-plus_sd15.safetensors", "models/image_encoder"),
        ("sdxl", "", "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", "models/image_encoder"),
        ("sdxl", "sdxl_models/ip-adapter_sdxl.safetensors", "sdxl_models/ip-adapter_sdxl.safetensors",
         "sdxl_models/image_encoder"),
        ("sd1", "models/ip-adapter_sd15.safetensors", "models/ip-adapter_sd15.safetensors",
         "models/image_encoder"),
    ],
)  # fmt: skip
def test_files_of_the_published_repository(family: str, wanted: str, weights: str, encoder: str) -> None:
    assert choose_weights("h94/IP-Adapter", H94, wanted, family) == weights
    assert choose_encoder("h94/IP-Adapter", H94, weights) == encoder


def test_files_that_are_not_there() -> None:
    with pytest.raises(StudioError, match=r"There is no file nothing.bin in h94/IP-Adapter"):
        choose_weights("h94/IP-Adapter", H94, "nothing.bin", "sd1")
    with pytest.raises(StudioError, match=r"There is no image adapter in x for this base model"):
        choose_weights("x", ["README.md", "lora.safetensors"], "", "sd1")
    assert choose_weights("hqhQAQ/PatchDPO", ["README.md", "model.bin"], "", "sdxl") == "model.bin"
    with pytest.raises(StudioError, match=r"has no image encoder with safetensors weights"):
        choose_encoder("hqhQAQ/PatchDPO", ["model.bin"], "model.bin")


def test_all_layouts_of_one_adapter_are_the_same(model: ImageModel, tmp_path: Path) -> None:
    parts = tiny_parts(model, plus=True)
    trained = {f"image_proj_model.{name}": one for name, one in parts["image_proj"].items()}
    trained |= {f"adapter_modules.{name}": one for name, one in parts["ip_adapter"].items()}
    trained["unet.conv_in.weight"] = torch.zeros(2)
    save_file(flat(parts), tmp_path / "published.safetensors")
    save_file(trained, tmp_path / "training.safetensors")
    torch.save(parts, tmp_path / "published.bin")
    torch.save(flat(parts), tmp_path / "flat.bin")
    torch.save(trained, tmp_path / "training.bin")
    for path in sorted(tmp_path.iterdir()):
        projection, attention = read_parts(path)
        for found, given in ((projection, parts["image_proj"]), (attention, parts["ip_adapter"])):
            assert found.keys() == given.keys()
            assert all(torch.equal(found[name], given[name]) for name in given), path.name


def test_an_adapter_is_found_from_folder_file_and_encoder(
    model: ImageModel, adapters: Path, tmp_path: Path
) -> None:
    whole = load_adapter(str(adapters), model)
    assert whole.kind == "plus" and whole.encoder == adapters / "models" / "image_encoder"
    one = load_adapter(str(adapters / "models" / "ip-adapter_sd15.bin"), model)
    assert one.kind == "plain" and one.encoder == whole.encoder
    alone = tmp_path / "model.bin"
    shutil.copyfile(adapters / "models" / "ip-adapter-plus_sd15.bin", alone)
    with pytest.raises(StudioError, match=r"has no image encoder with safetensors weights"):
        load_adapter(str(alone), model)
    named = load_adapter(f"{alone} with {adapters}", model)
    assert named.encoder == adapters / "models" / "image_encoder"


class _Program:
    """What a pickle with code in it holds."""

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("raise SystemExit('this ran')",))


def test_unusable_files_are_refused(model: ImageModel, adapters: Path, tmp_path: Path) -> None:
    encoder = f" with {adapters}"
    torch.save({"image_proj": _Program()}, tmp_path / "evil.bin")
    with pytest.raises(StudioError, match=r"a pickle with more in it than weights"):
        load_adapter(f"{tmp_path / 'evil.bin'}{encoder}", model)
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with pytest.raises(StudioError, match=r"is damaged .*: download it again"):
        load_adapter(f"{tmp_path / 'broken.safetensors'}{encoder}", model)
    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(StudioError, match=r"is not an image adapter"):
        load_adapter(f"{tmp_path / 'other.safetensors'}{encoder}", model)
    parts = tiny_parts(model, plus=True)
    parts["image_proj"] = {"proj.0.weight": torch.zeros(2, 2), "norm.weight": torch.zeros(2)}
    torch.save(parts, tmp_path / "face.bin")
    with pytest.raises(StudioError, match=r"is a FaceID adapter: this version supports"):
        load_adapter(f"{tmp_path / 'face.bin'}{encoder}", model)
    with pytest.raises(StudioError, match=r"There is no image adapter .*: check the path"):
        load_adapter(str(tmp_path / "nowhere"), model)


def test_an_adapter_of_another_base_or_encoder_is_refused(
    model: ImageModel, adapters: Path, tmp_path: Path
) -> None:
    xl = load_image_model(make_tiny_xl_pipeline(tmp_path / "xl"), device="cpu")
    with pytest.raises(StudioError, match=r"was made for another base model than .* Stable Diffusion XL"):
        load_adapter(str(adapters / "models" / "ip-adapter-plus_sd15.safetensors"), xl)
    wide = make_tiny_encoder(tmp_path / "image_encoder")
    text = (wide / "config.json").read_text().replace('"hidden_size": 24', '"hidden_size": 48')
    (wide / "config.json").write_text(text)
    with pytest.raises(StudioError, match=r"reads features of width 24, and the image encoder .* makes 48"):
        load_adapter(f"{adapters / 'models' / 'ip-adapter-plus_sd15.bin'} with {tmp_path}", model)


def test_a_projection_of_each_token_is_for_a_vision_tower(
    model: ImageModel, adapters: Path, tmp_path: Path
) -> None:
    tower, file = assets_folder() / "pocket" / "vision", tmp_path / "full.safetensors"
    save_file(flat(tiny_parts(model, plus=False, reads=512)), file)
    assert load_adapter(f"{file} with {tower}", model, open_tower=TowerEncoder).kind == "full"
    with pytest.raises(StudioError, match=r"reads a vision model of the studio"):
        load_adapter(f"{file} with {tower}", model)
    with pytest.raises(StudioError, match=r"is a full-face adapter: this version supports"):
        load_adapter(f"{file} with {adapters}", model)
    save_file(flat(tiny_parts(model, plus=False, reads=48)), file)
    with pytest.raises(StudioError, match=r"reads features of width 48, and the image encoder .* makes 512"):
        load_adapter(f"{file} with {tower}", model, open_tower=TowerEncoder)


def test_models_that_need_none_or_cannot_say_so(adapters: Path, tmp_path: Path) -> None:
    klein = load_image_model(make_tiny_klein(tmp_path / "klein"), device="cpu")
    with pytest.raises(StudioError, match=r"reads reference images by itself"):
        load_adapter(str(adapters), klein)
    other = load_image_model(make_tiny_z_image(tmp_path / "z"), device="cpu")
    with pytest.raises(StudioError, match=r"cannot be given reference images: choose Stable Diffusion 1.5"):
        load_adapter(str(adapters), other)


def test_the_model_is_as_before_afterwards(model: ImageModel, adapters: Path) -> None:
    adapter = load_adapter(str(adapters), model)
    names = {name: tensor.clone() for name, tensor in model.denoiser.state_dict().items()}
    state = torch.get_rng_state()
    processors = dict(model.denoiser.attn_processors)
    with attached(model, adapter, 0.5):
        encode_references(model, adapter, [picture()])
        assert len(model.denoiser.state_dict()) > len(names)
        assert not any(weight.requires_grad for weight in model.denoiser.parameters())
    assert model.denoiser.attn_processors == processors
    assert model.denoiser.encoder_hid_proj is None and model.family.pipeline.image_encoder is None
    after = model.denoiser.state_dict()
    assert after.keys() == names.keys() and all(torch.equal(after[name], names[name]) for name in names)
    assert torch.equal(torch.get_rng_state(), state)


def test_pictures_that_say_nothing_and_too_many_are_refused() -> None:
    with pytest.raises(StudioError, match=r"There are 11 reference images, and .* at most 10"):
        check_pictures([picture(seed) for seed in range(11)])
    with pytest.raises(StudioError, match=r"is one flat color"):
        check_pictures([picture(), Image.new("RGB", (64, 64), "white")])
    check_pictures([picture(seed) for seed in range(10)])


def test_many_pictures_are_encoded_one_by_one(model: ImageModel, adapters: Path) -> None:
    adapter, given = load_adapter(str(adapters), model), [picture(number) for number in range(3)]
    with attached(model, adapter), image_encoder(model, adapter) as device:
        rows = []
        encoder = model.family.pipeline.image_encoder
        encoder.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
        found = reference_family(model.family, "").encode_references(given, device)
    assert set(rows) == {1} and len(found.features) == 3 == len(found.absent)


def test_memory_for_the_image_encoder(
    model: ImageModel, adapters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = load_adapter(str(adapters), model)
    with attached(model, adapter):
        with image_encoder(model, adapter) as device:
            assert device == model.device
            weights = sum(one.numel() for one in model.family.pipeline.image_encoder.parameters())
            encoder = model.family.pipeline.image_encoder
            need = encoder_need(encoder)
            assert 4 * weights < need < 5 * weights
        beside = need - 4 * weights  # which are in main memory already
        monkeypatch.setattr(reference_adapter, "free_memory", lambda _device: beside)
        encode_references(model, adapter, [picture()])
        monkeypatch.setattr(reference_adapter, "free_memory", lambda _device: beside - 1)
        with pytest.raises(StudioError, match=r"not enough free memory for the image encoder"):
            encode_references(model, adapter, [picture()])
        monkeypatch.setattr(reference_adapter, "free_memory", lambda _device: 1000)
        with pytest.raises(StudioError, match=r"not enough free memory for the image encoder of .* Close"):
            encode_references(model, adapter, [picture()])
