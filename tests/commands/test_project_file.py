"""Project files are read as documented, and bad input is refused in one sentence."""

import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from gal_studio.commands.run import read_project_file
from gal_studio.core.errors import StudioError
from tests.commands.running import REFERENCE, run, write_project
from tests.tiny_project import drawing

BAD_FILES = {
    "gone": (None, "There is no project file"),
    "broken": ("kind = style", "not valid TOML"),
    "without kind": (REFERENCE, "has no kind"),
    "unknown key": ('kind = "style"\nspeed = 3\n' + REFERENCE, "unknown key 'speed'"),
    "seed as text": ('kind = "style"\nseed = "3"\n' + REFERENCE, "seed = '3'"),
    "test prompts of numbers": ('kind = "style"\ntest_prompts = [1]\n' + REFERENCE, "test_prompts = "),
    "a key and its former name": (
        'kind = "style"\ntest_prompts = ["A {}"]\nanchors = ["A {}"]\n' + REFERENCE,
        "both test_prompts and anchors, its former name",
    ),
    "reference without prompt": ('kind = "style"\n[[references]]\nimage = "cat.png"\n', "has no prompt"),
    "prior without prompt": (
        'kind = "style"\n' + REFERENCE + '[[prior]]\nimage = "cat.png"\n',
        "give each [[regularization]] an image and a prompt",
    ),
    "no prior folder": (
        'kind = "style"\nprior_folder = "gone"\n' + REFERENCE,
        "There is no folder of regularization images",
    ),
    "prior folder without images": (
        'kind = "style"\nprior_folder = "empty"\n' + REFERENCE,
        "has no regularization",
    ),
    "prior without caption": ('kind = "style"\nprior_folder = "."\n' + REFERENCE, "has no prompt: write"),
    "windows path": (
        'kind = "style"\n[[references]]\nimage = "C:\\Users\\ada\\cat.png"\n',
        r'has the path "C:\Users\ada\cat.png" in double quotes',
    ),
    "windows path of valid escapes": (
        'kind = "style"\n[[references]]\nimage = "C:\\new\\table.png"\n',
        "use single quotes, or / in place of each backslash",
    ),
    "windows share": (
        'kind = "style"\nprior_folder = "\\\\nas\\pictures"\n' + REFERENCE,
        r'has the path "\\nas\pictures" in double quotes',
    ),
    "no rounds": ('kind = "style"\nrounds = 0\n' + REFERENCE, "Rounds is 0"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_input_is_one_sentence_and_exit_code_2(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words = BAD_FILES[case]
    (folder / "bad.png").write_bytes(b"nonsense")
    (folder / "empty").mkdir()
    path = folder / "project.toml"
    if text is not None:
        models = "" if "_model" in text else 'base_model = "some/model"\nclip_model = "some/clip"\n'
        path.write_text(models + text)
    assert run("run", path, "--out", folder / "out") == 2
    message = capsys.readouterr().err.strip()
    assert words in message
    assert len(message.splitlines()) == 1
    assert "Traceback" not in message


def test_a_prompt_is_read_beside_its_picture(folder: Path) -> None:
    (folder / "cat.txt").write_text("A cat in ink style\n")
    (folder / "project.toml").write_text('kind = "style"\n[[references]]\nimage = "cat.png"\n')
    (reference,) = read_project_file(folder / "project.toml").draft.given
    assert reference.prompt == "A cat in ink style"


def test_a_lora_beside_the_project_file_is_the_start(folder: Path) -> None:
    path = write_project(folder, ("some/model", "some/clip"))
    assert read_project_file(path).draft.start_from is None
    path.write_text('start_from = "ink.safetensors"\n' + path.read_text())
    assert read_project_file(path).draft.start_from == folder / "ink.safetensors"
    assert not read_project_file(path).draft.without_text_encoder
    path.write_text("without_text_encoder = true\n" + path.read_text())
    assert read_project_file(path).draft.without_text_encoder
    path.write_text(path.read_text().replace("= true", "= 1", 1))
    with pytest.raises(StudioError, match="has without_text_encoder = 1: write true or false"):
        read_project_file(path)


def test_output_folder_that_is_a_file_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = write_project(folder, ("some/model", "some/clip"))
    assert run("run", project, "--out", folder / "cat.png") == 2
    assert "is not a folder" in capsys.readouterr().err


def test_full_disk_ends_with_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, out = write_project(folder, ("some/model", "some/clip")), folder / "out"
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(28, "No space left on device")))
    assert run("run", project, "--out", out) == 2
    assert "is full" in capsys.readouterr().err


def test_project_file_is_read_as_documented(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "project-file.md").read_text()
    examples = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(examples) == 4
    (folder / "photos" / "regularization").mkdir(parents=True)
    (folder / "photos" / "regularization" / "boat.png").write_bytes(drawing(1))
    (folder / "photos" / "regularization" / "boat.txt").write_text("A boat in flat style\n")
    for number, example in enumerate(examples):
        path = folder / f"{number}.toml"
        path.write_text(example)
        assert read_project_file(path).draft.references
    project = read_project_file(folder / "1.toml")
    assert project.rounds == 3
    assert project.draft.trigger_word == "<blue-pot>"
    assert project.draft.given[0].picture == folder / "photos" / "pot-table.jpg"
    assert project.draft.changes["generation"] == {"candidates": 8}
    both = read_project_file(folder / "2.toml").draft.given
    assert [reference.trigger_word for reference in both] == ["<blue-pot>", "<blue-pot>", "<brumm>"]
    assert both[1].mask == folder / "photos" / "pot-snow-white.png"
    assert read_project_file(folder / "3.toml").draft.prior == (
        (folder / "photos" / "harbor.jpg", "A harbor in oil painting style"),
        (folder / "photos" / "regularization" / "boat.png", "A boat in flat style"),
    )


def test_models_beside_the_project_file_are_found(folder: Path) -> None:
    (folder / "model").mkdir()
    path = folder / "project.toml"
    path.write_text('kind = "style"\nbase_model = "model"\nclip_model = "local-dir:clip"\n' + REFERENCE)
    draft = read_project_file(path).draft
    assert draft.base_model == str(folder / "model")
    assert draft.clip_model == f"local-dir:{folder / 'clip'}"
    path.write_text('kind = "style"\nbase_model = "owner/model"\n' + REFERENCE)
    assert read_project_file(path).draft.base_model == "owner/model"
    for given, expected in (
        ("./a.safetensors", f"{folder / 'a.safetensors'}"),
        ("a.safetensors with model", f"{folder / 'a.safetensors'} with {folder / 'model'}"),
        ("/m/a.safetensors with owner/model", "/m/a.safetensors with owner/model"),
    ):
        path.write_text(f'kind = "style"\nbase_model = "{given}"\n' + REFERENCE)
        assert read_project_file(path).draft.base_model == expected
    path.write_text('kind = "style"\nrounds = true\n' + REFERENCE)
    with pytest.raises(StudioError, match="rounds = True"):
        read_project_file(path)


def test_models_in_the_settings_are_found_beside_the_project_file(folder: Path) -> None:
    for name in ("lcm.safetensors", "clip"):
        (folder / name).touch()
    path = folder / "project.toml"
    path.write_text(
        'kind = "style"\n[settings.refine]\nvision_model = "clip"\n'
        '[settings.generation]\nspeed_lora = "lcm.safetensors"\n'
        'fast_model = "lcm.safetensors with owner/turbo"\n' + REFERENCE
    )
    assert read_project_file(path).draft.changes == {
        "refine": {"vision_model": "clip"},
        "generation": {
            "speed_lora": str(folder / "lcm.safetensors"),
            "fast_model": f"{folder / 'lcm.safetensors'} with owner/turbo",
        },
    }


def test_a_windows_path_in_single_quotes_or_doubled_backslashes_is_read(folder: Path) -> None:
    for written in (r"'C:\ada\cat.png'", r'"C:\\ada\\cat.png"'):
        path = folder / "windows.toml"
        path.write_text(f'kind = "style"\n[[references]]\nimage = {written}\nprompt = "A cat in ink"\n')
        (reference,) = read_project_file(path).draft.given
        assert str(reference.picture).endswith(r"C:\ada\cat.png")


def test_a_crop_is_a_number_beside_the_texts_of_a_reference(folder: Path) -> None:
    path = folder / "crop.toml"
    path.write_text(
        'kind = "style"\n[[references]]\nimage = "cat.png"\nprompt = "A cat in ink"\ncrop = 0.25\n'
    )
    (reference,) = read_project_file(path).draft.given
    assert reference.crop == 0.25


def test_former_names_of_keys_are_read_as_todays(folder: Path) -> None:
    """Project files of earlier versions name test prompts and regularization images otherwise."""
    rest = REFERENCE + '[[{}]]\nimage = "cat.png"\nprompt = "A boat"\n'
    (folder / "old.toml").write_text('kind = "style"\nanchors = ["A house {}"]\n' + rest.format("prior"))
    new = 'kind = "style"\ntest_prompts = ["A house {}"]\n' + rest.format("regularization")
    (folder / "new.toml").write_text(new)
    old = read_project_file(folder / "old.toml").draft
    assert old == read_project_file(folder / "new.toml").draft
    assert old.anchors == ["A house {}"] and len(old.prior) == 1
