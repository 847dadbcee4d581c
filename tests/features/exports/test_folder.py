"""A trained round is exported by a job and by the command: written, described, checked by a fresh process."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from safetensors import SafetensorError, safe_open

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.engine.loras import check
from gal_studio.features.exports import job as export
from gal_studio.features.exports.engine import folder
from gal_studio.features.exports.record import exports_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.engine.loras.check_here import check_here
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, work

SAME = "Checked: loads in diffusers, same images."
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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(round_id))
    assert work(studio, models, asked_on_a_full_disk(studio, models, round_id)).message == ""
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

    monkeypatch.setattr(check, "check_files", check_here)  # the process was seen above
    workspace, out = studio.store.workspace, tmp_path / "out"
    order = ["export", "--workspace", str(workspace), "--round", "1", "--out", str(out), "--merged"]
    assert main(order) == 0
    assert capsys.readouterr().out.count(SAME) == 2
    assert files_below(out) == [
        "README.md", NAME, "merged/unet/config.json", "merged/unet/diffusion_pytorch_model.safetensors",
        "pictures/01.png", "pictures/02.png",
    ]  # fmt: skip
    card = (out / "README.md").read_text()
    assert "in ink style" in card and card.count("Loads in diffusers, same images.") == 2
    for path in (*out.rglob("*"), *(tmp_path / "kohya").rglob("*")):  # no folder of this computer is named
        assert path.is_dir() or str(Path(names[0]).parent).encode() not in path.read_bytes(), path
    assert main(order) == 2
    assert "is not empty" in capsys.readouterr().err
    studio.store.rounds.finish_training(round_id, "0" * 64, "another", ())
    assert studio.exports(round_id) == ()  # made of other weights
    with pytest.raises(StudioError, match="press Prepare first"):
        studio.exported(round_id, "kohya")


def asked_on_a_full_disk(studio: Studio, models: Models, round_id: str) -> Job:
    """Ask for an export that has to wait for space; there is space again."""
    asked = studio.export_round(round_id, "kohya")
    with pytest.MonkeyPatch.context() as full:
        full.setattr(export, "export_to", filled)
        assert work(studio, models, asked).state == "paused"
    assert [each.form for each in exports_of(studio.store).waiting(round_id)] == ["kohya"]
    return studio.store.jobs.resume(asked.id)


def filled(*_: object) -> Iterator[Progress]:
    yield Progress("write", 0, 0)
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def test_an_interrupted_command_can_be_given_again(
    studio: Studio, names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    studio.store.rounds.finish_training(round_id, "0" * 64, "print", ())
    out = tmp_path / "out"

    def interrupted(*_: object) -> list[str]:
        (out / "pictures").mkdir()
        (out / "pictures" / "01.png").touch()
        (out / NAME).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "export_here", interrupted)
    order = ["export", "--workspace", str(studio.store.workspace), "--out", str(out)]
    assert [main(order), files_below(out), main(order)] == [130, [], 130]


def test_a_whole_denoiser_is_no_lora(studio: Studio, names: tuple[str, str]) -> None:
    round_id = first_round(studio, tiny_draft(names, changes=changed(tune={"method": "full"})))
    studio.store.rounds.finish_training(round_id, "0" * 64, "print", ())
    with pytest.raises(StudioError, match="trained the whole model, not a LoRA"):
        studio.export_round(round_id, "comfyui")
