"""A trained round is exported by a job and by the command: written, described, checked by fresh processes."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from safetensors import safe_open

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work

SAME = "Checked: loads in diffusers, same pictures."
NAME = "a-cat-in-ink-style-round-1.safetensors"


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_a_style_leaves_with_its_card(
    studio: Studio,
    models: Models,
    names: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    with pytest.raises(StudioError, match="Round 1 is not trained yet"):
        studio.export_round(round_id, "kohya")
    work(studio, models, studio.fine_tune(round_id))
    assert work(studio, models, studio.export_round(round_id, "kohya")).message == ""
    (found,) = studio.exports(round_id)
    assert (found.form, found.is_same) == ("kohya", True)
    assert found.sentence == f"{SAME} Other programs do not have this base model."
    with ZipFile(studio.exported(round_id, "kohya")) as archive:
        archive.extractall(tmp_path / "kohya")
    assert files_below(tmp_path / "kohya") == ["README.md", NAME, "pictures/01.png", "pictures/02.png"]
    with safe_open(tmp_path / "kohya" / NAME, "np") as file:
        header = file.metadata()
        assert all(key.startswith("lora_unet_") for key in file.keys())  # noqa: SIM118
    assert header["modelspec.trigger_phrase"] == "in ink style" and header["ss_steps"] == "6"
    assert header["modelspec.thumbnail"].startswith("data:image/jpeg;base64,")
    assert len(header["ss_new_sd_model_hash"]) == 64

    workspace, out = studio.store.workspace, tmp_path / "out"
    order = ["export", "--workspace", str(workspace), "--round", "1", "--out", str(out), "--merged"]
    assert main(order) == 0
    assert capsys.readouterr().out.count(SAME) == 2
    assert files_below(out) == [
        "README.md", NAME, "merged/unet/config.json", "merged/unet/diffusion_pytorch_model.safetensors",
        "pictures/01.png", "pictures/02.png",
    ]  # fmt: skip
    card = (out / "README.md").read_text()
    assert "in ink style" in card and card.count("Loads in diffusers, same pictures.") == 2
    for path in (*out.rglob("*"), *(tmp_path / "kohya").rglob("*")):  # no folder of this computer is named
        assert path.is_dir() or str(Path(names[0]).parent).encode() not in path.read_bytes(), path
    assert main(order) == 2
    assert "is not empty" in capsys.readouterr().err
    studio.store.rounds.finish_training(round_id, "0" * 64, "another", ())
    assert studio.exports(round_id) == ()  # made of other weights
    with pytest.raises(StudioError, match="press Prepare first"):
        studio.exported(round_id, "kohya")


def test_a_whole_denoiser_is_no_lora(studio: Studio, names: tuple[str, str]) -> None:
    changes = {**CHANGES, "tune": {**CHANGES["tune"], "method": "full"}}
    round_id = first_round(studio, tiny_draft(names, changes=changes))
    studio.store.rounds.finish_training(round_id, "0" * 64, "print", ())
    with pytest.raises(StudioError, match="trained the whole model, which is no LoRA"):
        studio.export_round(round_id, "comfyui")
    with pytest.raises(StudioError, match="There is no form 'gguf': choose one of diffusers, kohya, comfyui"):
        studio.export_round(round_id, "gguf")
