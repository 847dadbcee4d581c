"""Where LoRAs are taken: a program that is named once, and a folder into which its file is copied."""

from pathlib import Path
from unittest.mock import Mock
from zipfile import ZipFile

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.exports import verbs
from gal_studio.features.exports.destination import FILE, Destination
from gal_studio.features.exports.record import file_of
from gal_studio.state.files.own_folder import others
from gal_studio.studio import Studio
from tests.features.exports.seeded import finish_export

LORA = "cat-round-1.safetensors"


def exported(studio: Studio, round_id: str, data: bytes = b"weights", name: str = LORA) -> None:
    studio.export_round(round_id, "comfyui")
    finish_export(studio, round_id, "comfyui", "Checked.")
    with ZipFile(file_of(studio.store, round_id, "comfyui"), "a") as archive:
        archive.writestr(name, data)


def test_an_export_that_may_not_be_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "ZipFile", Mock(side_effect=PermissionError(13, "Permission denied")))
    with pytest.raises(StudioError, match="You may not read the export "):
        verbs._lora_of(tmp_path / "comfyui.zip")


def test_the_program_is_named_once_for_the_workspace(studio: Studio) -> None:
    assert studio.destination() == Destination("", "")
    assert studio.name_program("kohya") == studio.destination() == Destination("kohya", "")
    with pytest.raises(StudioError, match="no export format 'paint'"):
        studio.name_program("paint")
    assert others(studio.store.workspace) == (), "its file is the studio's own"
    (studio.store.workspace / FILE).write_text('{"form": 3}')
    assert studio.destination() == Destination(), "what is no destination is none"
    (studio.store.workspace / FILE).write_text("{")
    assert studio.name_program("comfyui").form == "comfyui"


def test_a_lora_is_put_into_a_folder_and_nothing_there_is_lost(
    studio: Studio, round_id: str, tmp_path: Path
) -> None:
    loras = tmp_path / "ComfyUI" / "models" / "loras"
    loras.mkdir(parents=True)
    with pytest.raises(StudioError, match="press Prepare first"):
        studio.put_lora(round_id, "comfyui", str(loras))
    exported(studio, round_id)
    assert studio.put_lora(round_id, "comfyui", f" '{loras}' ") == loras / LORA
    assert studio.put_lora(round_id, "comfyui", str(loras)) == loras / LORA, "twice is once"
    assert (loras / LORA).read_bytes() == b"weights"
    assert studio.destination() == Destination("comfyui", str(loras))
    (loras / LORA).write_bytes(b"of somebody else")
    assert studio.put_lora(round_id, "comfyui", str(loras)) == loras / "cat-round-1-2.safetensors"
    assert (loras / LORA).read_bytes() == b"of somebody else"
    assert sorted(path.name for path in loras.iterdir()) == ["cat-round-1-2.safetensors", LORA]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("", "give the full path of one"),
        ("models/loras", "give the full path of one"),
        ("{tmp}/missing", "There is no folder .*missing: check the path"),
        ("{tmp}/file", "is a file: give the folder that it is in"),
    ],
)
def test_a_folder_that_is_not_there_is_refused(
    studio: Studio, round_id: str, tmp_path: Path, folder: str, said: str
) -> None:
    (tmp_path / "file").touch()
    exported(studio, round_id)
    with pytest.raises(StudioError, match=said):
        studio.put_lora(round_id, "comfyui", folder.format(tmp=tmp_path))
    assert studio.destination().folder == ""


def test_a_whole_model_and_a_damaged_file_are_no_lora(studio: Studio, round_id: str, tmp_path: Path) -> None:
    exported(studio, round_id, name="unet/diffusion_pytorch_model.safetensors")
    with pytest.raises(StudioError, match="a whole model: download it instead"):
        studio.put_lora(round_id, "comfyui", str(tmp_path))
    file_of(studio.store, round_id, "comfyui").write_bytes(b"no zip")
    with pytest.raises(StudioError, match=r"export .* is a text \(“no zip”\)"):
        studio.put_lora(round_id, "comfyui", str(tmp_path))
