"""`gal-studio evaluate`: both tables of PatchDPO, on made data and tiny models."""

import csv
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from torchvision import transforms
from transformers import ViTModel

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.commands.running import run
from tests.engine.tiny_vision import make_tiny_transformer
from tests.research.evaluation.made import (
    PROMPTS,
    make_dreambench,
    make_pictures,
    published,
)
from tests.tiny_project import drawing as small_picture
from tests.tiny_project import make_models, object_draft
from tests.worker.working import work


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> None:
    """None: the parts of the subjects are found as they are for users."""


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    pipeline, clip = make_models(folder)
    return {"pipeline": pipeline, "clip": clip, "dino": make_tiny_transformer(folder / "dino", "vit")}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("data")
    return make_dreambench(folder / "bench"), make_pictures(folder / "pictures")


@pytest.fixture(scope="module")
def workspace(names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project named after a subject, with two trained rounds."""
    folder = tmp_path_factory.mktemp("evaluated") / "workspace"
    references = [(small_picture(1), "A <sks> vase on a rug")]
    draft = object_draft((names["pipeline"], names["clip"]), name="vase", references=references)
    with Store(folder) as store:
        studio, models = Studio(store), Models()
        project_id = studio.create_project(draft)
        parent = studio.rounds(project_id)[0].id
        work(studio, models, studio.fine_tune(parent))
        child = store.rounds.add(project_id, parent, store.rounds.get(parent).settings)
        work(studio, models, studio.fine_tune(child.id))
    return folder


def plain_encoders(names: dict[str, str]) -> dict[str, Any]:
    """The models as their own libraries open them, with the published crops."""
    with torch.random.fork_rng(devices=[]):
        clip, _, preprocess = open_clip.create_model_and_transforms(names["clip"])
    tokenizer, dino = open_clip.get_tokenizer(names["clip"]), ViTModel.from_pretrained(names["dino"]).eval()
    clip.eval()
    crop = transforms.Compose(
        [
            transforms.Resize(round(32 * 256 / 224), interpolation=transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(32),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )

    def token(picture: Image.Image) -> np.ndarray:
        said = dino(pixel_values=crop(picture)[None])
        return said.last_hidden_state[0, 0].detach().double().numpy()

    return {
        "clip": lambda picture: clip.encode_image(preprocess(picture)[None])[0].detach().double().numpy(),
        "text": lambda prompt: clip.encode_text(tokenizer([prompt]))[0].detach().double().numpy(),
        "dino": token,
    }


def evaluate(names: dict[str, str], out: Path, *more: object) -> int:
    models = ("--clip-model", names["clip"], "--dino-model", names["dino"])
    return run("evaluate", "--out", out, *models, *more)


@pytest.mark.parametrize("single", [False, True])
def test_both_tables_agree_with_the_published_computation(
    single: bool,
    names: dict[str, str],
    data: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench, pictures = data
    options = ["--single-image"] if single else []
    assert evaluate(names, tmp_path, "--dreambench", bench, "--pictures", pictures, *options) == 0
    table = capsys.readouterr().out
    told = json.loads((tmp_path / "evaluation.json").read_text())
    references = {
        name: sorted((bench / "dataset" / name).iterdir())[2 if single else 0 :] for name in ("cat2", "vase")
    }
    expected = published(pictures, references, **plain_encoders(names))
    *subjects, whole = told["rows"]
    assert [row["subject"] for row in told["rows"]] == ["cat2", "vase", "all 2"]
    assert (whole["pictures"], whole["references"]) == (5, 2 if single else 6)
    for figure, value in expected.items():
        assert whole[figure]["value"] == pytest.approx(value, abs=1e-6)
        assert whole[figure]["low"] is whole[figure]["high"] is None  # two subjects are too few
        assert f"{value:.3f}" in table
    assert "has no interval (here 2)" in table
    with (tmp_path / "evaluation.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["dino_low"] for row in rows] == [""] * 3
    assert [float(row["dino"]) for row in rows] == [row["dino"]["value"] for row in told["rows"]]
    with (tmp_path / "pictures.csv").open(encoding="utf-8-sig") as file:
        each = list(csv.DictReader(file))
    assert len(each) == 5 and each[0]["file"] == "cat2/a cat in the jungle.png"
    for figure, value in expected.items():  # repeated from the table of pictures alone
        means = [
            np.mean([float(row[figure]) for row in each if row["subject"] == name]) for name in references
        ]
        assert np.mean(means) == pytest.approx(value, abs=1e-6)
    asked = {prompt for prompts in PROMPTS.values() for prompt in prompts}
    assert set((tmp_path / "prompts.txt").read_text().splitlines()) == asked
    assert told["made_by"]["libraries"]["torch"] == version("torch")
    assert "all 2" in table and "DINO" in table and len(subjects) == 2


def test_a_project_draws_its_own_subject(
    names: dict[str, str],
    data: tuple[Path, Path],
    workspace: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--dreambench", data[0], "--workspace", workspace, "--steps", 2)
    assert evaluate(names, tmp_path, *words) == 2
    assert "has no project 'cat2'" in capsys.readouterr().err
    assert evaluate(names, tmp_path, *words, "--subject", "vase") == 0
    drawn = sorted((tmp_path / "pictures" / "vase").glob("*.png"))
    assert len(drawn) == 3
    before = {path.name: path.read_bytes() for path in drawn}
    drawn[1].unlink()
    capsys.readouterr()
    assert evaluate(names, tmp_path, *words, "--subject", "vase") == 0
    assert "vase: generated 1\n" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in drawn} == before
    with Store(workspace) as store:  # a vision model was opened meanwhile
        store.projects.revisions(store.projects.all()[0].id)["some/vision-model"] = "0123abcd" * 5
    assert evaluate(names, tmp_path, *words, "--subject", "vase") == 0
    assert evaluate(names, tmp_path, *words[:-1], 3, "--subject", "vase") == 2
    assert "generated by another round or with other settings" in capsys.readouterr().err


def test_senseless_options_are_one_sentence(
    names: dict[str, str], data: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases: dict[str, tuple[object, ...]] = {
        "give one of the two": ("--dreambench", data[0]),
        "are for generating": ("--dreambench", data[0], "--pictures", data[1], "--steps", 5),
        "There is no workspace": ("--dreambench", data[0], "--workspace", tmp_path / "nowhere"),
        "not laid out like DreamBench": ("--dreambench", tmp_path, "--pictures", data[1]),
        "each subject needs one of its name": ("--dreambench", data[0], "--pictures", tmp_path),
    }
    for message, words in cases.items():
        assert evaluate(names, tmp_path / "out", *words) == 2
        said = capsys.readouterr().err
        assert message in said and said.count("\n") == 1
    pictures = tmp_path / "broken"
    make_pictures(pictures)
    (pictures / "cat2" / "a cat in the jungle.png").write_bytes(b"no picture")
    assert evaluate(names, tmp_path / "out", "--dreambench", data[0], "--pictures", pictures) == 2
    assert "a cat in the jungle.png" in capsys.readouterr().err
