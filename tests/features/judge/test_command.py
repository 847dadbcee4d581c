"""`gal-studio judge`: LoRAs of other trainers, judged by a folder of pictures."""

import csv
import json
from pathlib import Path

import pytest
from safetensors import safe_open

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras import check
from gal_studio.features.judge.commands.judge import _form
from gal_studio.studio.create.judged import judged_draft
from gal_studio.worker.models import Models
from tests.commands.running import run
from tests.engine.loras.check_here import check_here
from tests.features.needed import needs_exports
from tests.tiny_project import drawing
from tests.worker.test_lora_start import write_lora


@pytest.fixture
def given(tmp_path: Path, names: tuple[str, str]) -> Path:
    """Two LoRAs, and a folder with a picture that has a caption and one that has none."""
    for name, rank in (("ink", 1), ("wash", 2)):
        write_lora(Models(), names[0], tmp_path / f"{name}.safetensors", rank)
    (tmp_path / "pictures").mkdir()
    for number, name in enumerate(("cat.png", "boat.png", "._boat.png", "cat-masklabel.png"), start=1):
        (tmp_path / "pictures" / name).write_bytes(drawing(number))
    (tmp_path / "pictures" / "cat-masklabel.png").unlink()
    (tmp_path / "pictures" / "cat.txt").write_text("a cat on a rug")
    return tmp_path


def test_the_draft_has_the_words_of_the_file(given: Path) -> None:
    draft = judged_draft([given / "ink.safetensors"], given / "pictures")
    prompts = [reference.prompt for reference in draft.given]
    assert prompts == ["An image in ink style", "a cat on a rug in ink style"]
    assert (draft.kind, draft.preset, draft.name) == ("style", "sd15", "")
    named = judged_draft([given / "ink.safetensors"], given / "pictures", trigger="inkstyle, rough")
    assert [one.prompt for one in named.given][1] == "a cat on a rug in inkstyle, rough"
    own = judged_draft([given / "ink.safetensors"], given / "pictures", prompt="A cat in ink style")
    assert {one.prompt for one in own.given} == {"A cat in ink style"}
    with pytest.raises(StudioError, match=r"boat\.png has no caption: write what it shows into boat\.txt"):
        judged_draft([given / "ink.safetensors"], given / "pictures", kind="object", trigger="<sks>")
    (given / "empty").mkdir()
    with pytest.raises(StudioError, match="cannot run the bundled model"):
        _form("comfyui", "assets:pocket")
    assert [_form(None, name) for name in ("assets:pocket", "sd15")] == ["diffusers", "comfyui"]
    with pytest.raises(StudioError, match="has no images: put a few of those there"):
        judged_draft([given / "ink.safetensors"], given / "empty")


def test_two_loras_are_judged(
    given: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, prompts = given / "out", given / "prompts.txt"
    prompts.write_text("A tie {}\nA drum {}\n\nA kite {}\n")
    asked = [
        *("judge", given / "ink.safetensors", given / "wash.safetensors", "--json"),
        *("--references", given / "pictures", "--out", out, "--candidates", 2, "--sampling-steps", 2),
        *("--base-model", names[0], "--clip-model", names[1], "--prompts", prompts, "--preset", "pocket"),
        *("--format", "none"),
    ]
    assert run(*asked) == 0
    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert [one["file"] for one in summary["judged"]] == ["ink.safetensors", "wash.safetensors"]
    assert [one["lora"] for one in summary["rounds"]] == ["ink.safetensors", "wash.safetensors"]
    assert summary["project"]["name"] == "Judging ink, wash"
    assert "ink generates best" in said.err and "Copies: " in said.err
    assert "copy risk" in said.err and ", style match " in said.err
    made = {path.name for path in out.iterdir()}
    assert {"contact-sheet-ink.png", "contact-sheet-wash.png", "lora-ink.safetensors"} <= made
    with (out / "candidates.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    made_of = ["ink", "wash"]
    assert {row["round"] for row in rows} == {*made_of}
    drawn = [{(row["prompt"], row["seed"]) for row in rows if row["round"] == one} for one in made_of]
    assert drawn[0] == drawn[1]
    assert all((out / row["file"]).is_file() for row in rows)
    before = (out / "summary.json").read_bytes()
    assert run(*asked) == 0  # nothing is drawn again
    assert (out / "summary.json").read_bytes() == before


@pytest.mark.thorough
@pytest.mark.slow
@needs_exports
def test_a_judged_lora_is_exported(
    given: Path, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "check_files", check_here)
    out, prompts = given / "out", given / "prompts.txt"
    prompts.write_text("A tie {}\n")
    asked = [
        *("judge", given / "ink.safetensors", "--references", given / "pictures", "--out", out),
        *("--base-model", names[0], "--clip-model", names[1], "--prompts", prompts, "--preset", "pocket"),
        *("--candidates", 2, "--sampling-steps", 2),
    ]
    assert run(*asked) == 0
    folder = out / "exported" / "ink"
    assert {"README.md", "pictures"} <= {path.name for path in folder.iterdir()}  # no program has this model
    card = (folder / "README.md").read_text()
    assert "made elsewhere (ink.safetensors) and judged with GAL Studio" in card.replace("\\", "")
    assert "learning rate" not in card
    (file,) = folder.glob("*.safetensors")
    with safe_open(file, framework="numpy") as opened:
        header = opened.metadata()
    assert "ss_steps" not in header and "made elsewhere" in header["modelspec.description"]
