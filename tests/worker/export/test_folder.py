"""A trained round is written to a folder, checked by a fresh process, and described."""

from pathlib import Path

import pytest
from safetensors import safe_open

from gal_studio.core.export_forms import Form
from gal_studio.engine.export.check import Checked
from gal_studio.studio import Studio
from gal_studio.worker.export.folder import export_to
from gal_studio.worker.export.task import open_export
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


def exported(
    studio: Studio, models: Models, round_id: str, form: Form, out: Path, merged: bool = False
) -> tuple[Checked, ...]:
    steps = export_to(open_export(studio.store, models, round_id, form, ("Gained 3.",), merged), out)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.slow
def test_a_style_with_its_merged_weights(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(round_id))
    out = tmp_path / "out"
    found = exported(studio, models, round_id, "kohya", out, merged=True)
    assert [each.sentence for each in found] == ["Checked: loads in diffusers, same pictures."] * 2
    assert [each.difference for each in found] == [0, 0]
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    name = "a-cat-in-ink-style-round-1.safetensors"
    assert files == [
        "README.md", name, "merged/unet/config.json", "merged/unet/diffusion_pytorch_model.safetensors",
        "pictures/01.png", "pictures/02.png",
    ]  # fmt: skip
    with safe_open(out / name, "np") as file:
        header = file.metadata()
        assert all(key.startswith("lora_unet_") for key in file.keys())  # noqa: SIM118
    assert header["modelspec.trigger_phrase"] == "in ink style" and header["ss_steps"] == "6"
    assert header["modelspec.thumbnail"].startswith("data:image/jpeg;base64,")
    assert len(header["ss_new_sd_model_hash"]) == 64
    card = (out / "README.md").read_text()
    assert "in ink style" in card and "Gained 3." in card and "same pictures" in card
    for path in out.rglob("*"):  # nothing names a folder of this computer
        assert path.is_dir() or str(Path(names[0]).parent).encode() not in path.read_bytes(), path
