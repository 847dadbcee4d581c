"""SSCD and CSD from files and from the hub: as published, or one sentence that says what is wrong."""

import io
import pickle
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.descriptors import DescriptorKind, descriptor_needs, load_descriptor
from tests.engine.conftest import noise_picture
from tests.engine.tiny_descriptors import GeneralizedMean, save_csd, save_sscd, tiny_csd, tiny_sscd


@pytest.mark.parametrize("is_deep", [False, True], ids=["plain blocks", "bottlenecks in groups"])
@pytest.mark.parametrize("file", ["sscd.torchvision.pt", "sscd.safetensors"])
def test_an_sscd_describes_as_its_paper_says(is_deep: bool, file: str, tmp_path: Path) -> None:
    network = tiny_sscd(is_deep)
    pictures = [noise_picture(3), Image.new("RGB", (90, 40), "teal")]
    found = load_descriptor("SSCD", save_sscd(tmp_path / file, network), "cpu").describe(pictures)
    prepare = transforms.Compose(
        [
            transforms.Resize([320, 320]),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    network.avgpool = GeneralizedMean()  # type: ignore[assignment]
    with torch.no_grad():
        expected = network(torch.stack([prepare(picture) for picture in pictures]))
    np.testing.assert_allclose(found, torch.nn.functional.normalize(expected).numpy(), atol=1e-5)
    assert found.shape == (2, 24)


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.safetensors"])
def test_a_csd_describes_styles_as_its_paper_says(file: str, tmp_path: Path) -> None:
    network = tiny_csd()
    pictures = [noise_picture(4), Image.new("RGB", (90, 40), "teal")]
    found = load_descriptor("CSD", save_csd(tmp_path / file, network), "cpu").describe(pictures)
    prepare = transforms.Compose(
        [
            transforms.Resize(32, interpolation=InterpolationMode.BICUBIC),
            transforms.CenterCrop(32),
            transforms.ToTensor(),
            transforms.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
        ]
    )
    with torch.no_grad():
        expected = network(torch.stack([prepare(picture) for picture in pictures]))
    np.testing.assert_allclose(found, torch.nn.functional.normalize(expected).numpy(), atol=1e-5)


class Program:
    """What a pickle could run."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def pickled() -> bytes:
    return pickle.dumps(Program(), protocol=2)


def script() -> bytes:
    """What a TorchScript archive has beside its weights."""
    sheet = io.BytesIO()
    with ZipFile(sheet, "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"model/{name}", pickled())
    return sheet.getvalue()


@pytest.mark.parametrize("make", [pickled, script, lambda: b"", lambda: b"PK\x03\x04"])
@pytest.mark.parametrize("kind", ["SSCD", "CSD"])
def test_what_is_no_table_of_weights_is_refused_and_never_run(
    kind: DescriptorKind, make: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(make())  # type: ignore[operator]
    for read in (lambda: descriptor_needs(kind, str(path), {}), lambda: load_descriptor(kind, str(path))):
        with pytest.raises(StudioError) as refusal:
            read()
        assert "\n" not in str(refusal.value) and str(refusal.value).endswith(".")
    assert "run" not in capsys.readouterr().out


def test_a_file_of_the_other_kind_or_of_another_size_is_refused(tmp_path: Path) -> None:
    sscd = save_sscd(tmp_path / "sscd.safetensors", tiny_sscd())
    csd = save_csd(tmp_path / "csd.safetensors", tiny_csd())
    for kind, other in (("CSD", sscd), ("SSCD", csd)):
        with pytest.raises(StudioError, match=f"isn’t an? {kind} model \\(it has no "):
            descriptor_needs(kind, other, {})  # type: ignore[arg-type]
    assert descriptor_needs("SSCD", sscd, {}) == () == descriptor_needs("CSD", csd, {})
    short = tiny_sscd()
    del short.layer3
    with pytest.raises(StudioError, match="isn’t an SSCD model"):
        load_descriptor("SSCD", save_sscd(tmp_path / "short.pt", short), "cpu")


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"There is no SSCD model .*: check the path"):
        descriptor_needs("SSCD", str(tmp_path / "gone.pt"), {})
