"""DreamBench without training: one picture or all, boxed and averaged, with the published scales."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gal_studio.engine.models.image_model import load_image_model
from gal_studio.evaluation.referenced import boxed
from tests.commands.running import run
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.engine.tiny_vision import make_tiny_transformer
from tests.evaluation.made import PROMPTS, make_dreambench


def test_a_reference_is_cropped_to_its_box_and_padded_with_white(tmp_path: Path) -> None:
    picture = Image.new("RGB", (120, 90), "white")
    ImageDraw.Draw(picture).rectangle((30, 40, 89, 59), fill="navy")  # 60 x 20
    picture.save(tmp_path / "00.png")
    made = np.asarray(boxed(tmp_path / "00.png"))
    assert made.shape[0] == made.shape[1] and abs(made.shape[0] - 60) <= 8
    assert (made[0] == 255).all() and made[made.shape[0] // 2, made.shape[1] // 2].tolist() == [0, 0, 128]


def test_both_ways_are_drawn_scored_and_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, clip = make_tiny_pipeline(tmp_path / "base"), make_tiny_clip(tmp_path / "clip")
    adapters = make_tiny_adapters(tmp_path / "adapters", load_image_model(base, device="cpu"))
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
            assert {path.stem for path in (out / "pictures" / name).glob("*.png")} == set(prompts)
        assert run(*given, *more, "--out", out) == 0
        assert "drawn" not in capsys.readouterr().err
    one, three = (Image.open(tmp_path / f"out-{n}" / "pictures/vase/a shiny vase.png") for n in (1, 3))
    assert np.abs(np.asarray(one, int) - np.asarray(three, int)).max() > 1
    assert run(*given, "--out", tmp_path / "out-3", "--strength", 0.5) == 2
    assert "drawn by another round or with other settings" in capsys.readouterr().err
    assert run(*given, "--out", tmp_path / "new", "--pictures", tmp_path) == 2
    assert "--adapter draws a DreamBench without training" in capsys.readouterr().err
