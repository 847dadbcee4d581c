"""`gal-studio refine --adapter`: a folder of objects in, an adapter out that the next project draws with."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.reference_adapter import load_adapter
from gal_studio.research.features.own_adapters import subjects
from gal_studio.research.features.own_adapters.subjects import check_subjects, checked_names, read_subjects
from gal_studio.state.images.read import read_picture
from tests.commands.running import run
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters

NAMES = ("red kite", "blue drum", "green boat", "old lamp")


def objects(folder: Path) -> Path:
    """Four drawings on plain grounds, one that is blank, and one that says nothing."""
    folder.mkdir()
    for place, name in enumerate(NAMES):
        picture = Image.new("RGB", (96, 80), "white")
        ink = ImageDraw.Draw(picture)
        ink.ellipse((24, 14, 60 + 6 * place, 66), fill=(60 * place, 80, 200 - 40 * place))
        ink.line((30, 20, 60, 60), fill="black", width=3)
        picture.save(folder / f"{name.replace(' ', '_')}-0{place}.png")
    Image.new("RGB", (64, 64), "white").save(folder / "blank.png")
    picture.save(folder / "0042.png")
    return folder


def test_a_large_folder_is_checked_by_its_first_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = objects(tmp_path / "objects"), list[Path]()
    monkeypatch.setattr(subjects, "read_picture", lambda path: (opened.append(path), read_picture(path))[1])
    for place in range(50):
        Image.effect_noise((64, 64), 60).convert("RGB").save(folder / f"z_lamp-{place}.png")
    check_subjects(folder)
    assert len(opened) < 8


def test_subjects_are_named_by_file_folder_or_caption(tmp_path: Path) -> None:
    folder = objects(tmp_path / "objects")
    (folder / "backpack_dog").mkdir()
    Image.effect_noise((64, 64), 60).convert("RGB").save(folder / "backpack_dog" / "00.jpg")
    (folder / "old_lamp-03.txt").write_text("an  oil lamp\n")
    every = read_subjects(folder)
    found = every.found
    assert [one.name for one in found] == [
        "backpack dog",
        "blue drum",
        "green boat",
        "an oil lamp",
        "red kite",
    ]
    assert {one.picture.size for one in found} == {(64, 64), (80, 80)}
    said = " ".join(every.skipped)
    assert "blank.png is one flat color" in said and "0042.png does not say what it shows" in said
    for path in folder.glob("*.png"):
        path.unlink()
    for read in (read_subjects, check_subjects):
        with pytest.raises(StudioError, match=r"has 1 usable images of objects: give at least 4"):
            read(folder)
        with pytest.raises(StudioError, match=r"There is no folder"):
            read(tmp_path / "nowhere")
    assert checked_names(["red kite", " red  kite", "", "12", "drum!", "boat", "lamp"]) == (
        "red kite",
        "drum",
        "boat",
        "lamp",
    )
    with pytest.raises(StudioError, match=r"list has 0 names of objects: write at least 4"):
        checked_names(["", "42", "--"])


def test_an_adapter_is_refined_written_and_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = make_tiny_pipeline(tmp_path / "base")
    model = load_image_model(base, device="cpu")
    adapters, out = make_tiny_adapters(tmp_path / "adapters", model), tmp_path / "out"
    given = ["refine", "--adapter", adapters, "--subjects", objects(tmp_path / "objects")]
    assert run(*given, "--steps", 2) == 2
    assert "is refined with --subjects FOLDER and --out FOLDER: give both" in capsys.readouterr().err
    given += ["--out", out, "--preset", "pocket", "--base-model", base, "--steps", 2, "--json"]
    assert run(*given) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"adapter": str(out.absolute()), "pairs": 4, "steps": 2}
    assert "Skipped: blank.png is one flat color." in said.err and "step 2 / 2" in said.err
    assert len(list((out / "pairs").glob("*.png"))) == 4 and not list(out.glob("training-*"))
    made, former = load_adapter(str(out), model), load_adapter(str(adapters), model)
    assert made.encoder == out / "image_encoder"
    assert not any(torch.equal(made.attention[key], former.attention[key]) for key in former.attention)
    assert all(torch.equal(made.projection[key], former.projection[key]) for key in former.projection)
    assert run(*given) == 2
    assert "already has a refined adapter: give another folder" in capsys.readouterr().err
