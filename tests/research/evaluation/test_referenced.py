"""DreamBench without training: one picture or all, boxed and averaged, with the published scales."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.research.evaluation.dreambench import file_stem, find_drawn, read_dreambench
from gal_studio.research.evaluation.referenced import Drawer, boxed, draw_referenced
from tests.commands.running import run
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.engine.tiny_vision import make_tiny_transformer
from tests.research.evaluation.made import (
    COMBINATION_PROMPTS,
    PROMPTS,
    make_combination,
    make_dreambench,
    soft_picture,
)


def test_a_reference_is_cropped_to_its_box_and_padded_with_white(tmp_path: Path) -> None:
    picture = Image.new("RGB", (120, 90), "white")
    ImageDraw.Draw(picture).rectangle((30, 40, 89, 59), fill="navy")  # 60 x 20
    picture.save(tmp_path / "00.png")
    made = np.asarray(boxed(tmp_path / "00.png"))
    assert made.shape[0] == made.shape[1] and abs(made.shape[0] - 60) <= 8
    assert (made[0] == 255).all() and made[made.shape[0] // 2, made.shape[1] // 2].tolist() == [0, 0, 128]


def test_a_reference_is_given_upright_and_on_white_as_it_is_scored(tmp_path: Path) -> None:
    lying = Image.new("RGB", (120, 60), "white")
    ImageDraw.Draw(lying).rectangle((20, 20, 99, 39), fill="navy")
    turned = lying.getexif()
    turned[0x0112] = 6  # the camera was held upright
    lying.save(tmp_path / "turned.jpg", exif=turned, quality=95)
    made = np.asarray(boxed(tmp_path / "turned.jpg")).mean(2) < 128
    assert np.ptp(np.nonzero(made)[0]) > 2 * np.ptp(np.nonzero(made)[1]), "the bar stands"
    cut_out = Image.new("RGBA", (90, 90), (0, 0, 0, 0))
    ImageDraw.Draw(cut_out).ellipse((20, 20, 69, 69), fill="orange")
    cut_out.save(tmp_path / "cut.png")
    assert np.asarray(boxed(tmp_path / "cut.png"))[0, 0].tolist() == [255, 255, 255]
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(StudioError, match=r"broken\.png"):
        boxed(tmp_path / "broken.png")


def test_both_ways_are_drawn_scored_and_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, clip = make_tiny_pipeline(tmp_path / "base"), make_tiny_clip(tmp_path / "clip")
    model = load_image_model(base, device="cpu")
    adapters = make_tiny_adapters(tmp_path / "adapters", model)
    dino = make_tiny_transformer(tmp_path / "dino", "vit")
    given = ["evaluate", "--dreambench", make_dreambench(tmp_path / "bench"), "--adapter", adapters]
    given += ["--base-model", base, "--preset", "pocket", "--steps", 2, "--clip-model", f"local-dir:{clip}"]
    given += ["--dino-model", dino]
    for more, said, strength, count in (
        ((), "DINO 0.727, CLIP-I 0.838, CLIP-T 0.292", 0.78, 3),
        (("--single-image",), "DINO 0.831, CLIP-I 0.880, CLIP-T 0.288", 0.65, 1),
    ):
        out = tmp_path / f"out-{count}"
        assert run(*given, *more, "--out", out) == 0
        assert said in capsys.readouterr().out
        for name, prompts in PROMPTS.items():
            card = json.loads((out / "pictures" / name / "drawn.json").read_text())
            assert (card["strength"], len(card["given"])) == (strength, count)
            assert f"torch.{card['precision']}" == str(model.drawing_precision)
            assert {path.stem for path in (out / "pictures" / name).glob("*.png")} == set(prompts)
        assert json.loads((out / "evaluation.json").read_text())["strength"] == strength
        assert run(*given, *more, "--out", out) == 0
        assert "drawn" not in capsys.readouterr().err
    one, three = (Image.open(tmp_path / f"out-{n}" / "pictures/vase/a shiny vase.png") for n in (1, 3))
    assert np.abs(np.asarray(one, int) - np.asarray(three, int)).max() > 1
    assert run(*given, "--out", tmp_path / "out-3", "--strength", 0.5) == 2
    assert "drawn by another round or with other settings" in capsys.readouterr().err
    assert run(*given, "--out", tmp_path / "new", "--pictures", tmp_path) == 2
    assert "--adapter draws a benchmark without training" in capsys.readouterr().err


def test_a_combination_is_drawn_side_by_side_and_scored_by_subject(tmp_path: Path) -> None:
    base, clip = make_tiny_pipeline(tmp_path / "base"), make_tiny_clip(tmp_path / "clip")
    adapters = make_tiny_adapters(tmp_path / "adapters", load_image_model(base, device="cpu"))
    listed = make_combination(tmp_path / "list")
    given = ["evaluate", "--adapter", adapters, "--base-model", base, "--preset", "pocket", "--steps", 2]
    given += [
        "--clip-model",
        f"local-dir:{clip}",
        "--dino-model",
        make_tiny_transformer(tmp_path / "dino", "vit"),
    ]
    drawn = []
    for change in ("", "vase", "cat"):
        if change:  # other pictures of this subject
            for number in range(3):
                soft_picture(50 + number).save(tmp_path / "list" / "data" / change / f"0{number}.png")
        out = tmp_path / f"out-{change}"
        assert run(*given, "--combinations", listed, "--out", out) == 0
        card = json.loads((out / "pictures" / "cat+vase" / "drawn.json").read_text())
        assert (card["several"], len(card["given"])) == ("beside", 6)
        told = json.loads((out / "evaluation.json").read_text())
        assert [row["subject"] for row in told["rows"]] == ["cat+vase: cat", "cat+vase: vase", "all 1"]
        path = out / "pictures" / "cat+vase" / f"{file_stem(COMBINATION_PROMPTS[0])}.png"
        drawn.append(np.asarray(Image.open(path), float))
    left_of_vase, right_of_vase = _halves(drawn[1] - drawn[0])
    left_of_cat, right_of_cat = _halves(drawn[2] - drawn[1])
    assert right_of_vase > left_of_vase and left_of_cat > right_of_cat


def _halves(change: np.ndarray) -> tuple[float, float]:
    side = change.shape[1] // 2
    return float(np.abs(change[:, :side]).mean()), float(np.abs(change[:, side:]).mean())


def test_commits_of_model_and_adapter_are_written_and_other_ones_refused(tmp_path: Path) -> None:
    base = make_tiny_pipeline(tmp_path / "base")
    model = load_image_model(base, device="cpu")
    adapters = make_tiny_adapters(tmp_path / "adapters", model)
    (subject,) = read_dreambench(make_dreambench(tmp_path / "bench"), only=["vase"])
    subject = replace(subject, templates=("a {0} {1} in the street.",))
    settings = GenerationSettings(steps=1, batch_size=1)

    def drawn(commit: str) -> int:
        drawer = Drawer(model, str(adapters), settings, True, 0.65, revisions={"owner/base": commit})
        return sum(draw_referenced(drawer, subject, tmp_path / "out"))

    assert drawn("a" * 40) == 1 and drawn("a" * 40) == 0
    folder = tmp_path / "out" / "vase"
    assert json.loads((folder / "drawn.json").read_text())["revisions"] == {"owner/base": "a" * 40}
    assert [path.stem for path in folder.glob("*.png")] == ["a vase in the street"]
    assert [each.prompt for each in find_drawn(subject, tmp_path / "out")] == ["a vase in the street."]
    with pytest.raises(StudioError, match=r"drawn by another round or with other settings"):
        drawn("b" * 40)
