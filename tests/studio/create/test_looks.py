"""What is said of the pictures and prompts of a form: plain sentences, and nothing is refused."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.assets import demo
from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.looks import (
    ONE_COLOUR,
    examine,
    notes_on,
    reconstruction_warning,
    said_of,
)
from gal_studio.studio.create.prompt_notes import NO_PLACE, about_length, about_places, about_style
from gal_studio.studio.create.references import ReferenceDraft

POCKET = "assets:pocket/pipeline"


def encoded(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def noted(*pictures: bytes | Path):
    return notes_on([examine(one) for one in pictures], [f"{i}.png" for i in range(1, len(pictures) + 1)])


def test_the_command_line_says_what_the_page_shows(tmp_path: Path, teapots: list[Path]) -> None:
    Image.new("RGB", (80, 80), (9, 9, 9)).save(tmp_path / "flat.png")
    clear = Image.radial_gradient("L").convert("RGBA")
    clear.putpixel((3, 3), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    given = [ReferenceDraft(tmp_path / name, "A cat in ink style") for name in ("flat.png", "clear.png")]
    assert said_of(given) == (
        f"flat.png: {ONE_COLOUR}",
        "clear.png: transparent parts: placed on white",
    )
    assert said_of([ReferenceDraft(path, "A <dotty> teapot") for path in teapots]) == ()


@pytest.fixture(scope="module")
def teapots() -> list[Path]:
    return list(demo("object").images)


def test_the_references_of_the_demo_are_three_pictures(teapots: list[Path]) -> None:
    notes = noted(*teapots)
    assert notes.pictures == ("",) * 3
    assert notes.whole == ""


def test_a_saved_copy_is_a_near_copy(teapots: list[Path]) -> None:
    again = Image.open(teapots[1]).convert("RGB").resize((200, 200))
    notes = noted(*teapots, encoded(again, "JPEG", quality=60))
    assert notes.pictures[:3] == ("",) * 3
    assert notes.pictures[3] == "Nearly the same image as 2.png: one of the two is enough."
    assert notes.whole == ""


def test_twelve_identical_references_are_one(teapots: list[Path]) -> None:
    notes = noted(*[teapots[0]] * 12)
    assert notes.whole.startswith("All 12 images are nearly the same")
    assert notes.pictures[0] == ""
    assert len(set(notes.pictures[1:])) == 1


def test_a_picture_that_dominates_is_told(teapots: list[Path]) -> None:
    flipped = Image.open(teapots[0]).convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    notes = noted(*teapots, teapots[0], encoded(flipped))
    assert notes.whole.startswith("3 of the 5 images are nearly the same")


def test_one_colour_is_told_and_taken(tmp_path: Path) -> None:
    red = encoded(Image.new("RGB", (64, 64), (200, 10, 10)))
    assert noted(red).pictures == (ONE_COLOUR,)
    with Store(tmp_path / "workspace") as store:
        draft = ProjectDraft(
            kind="style", references=[(red, "A cat in ink style")] * 12,
            base_model="someone/a-model", clip_model="ViT-B-32/openai",
        )  # fmt: skip
        project = Studio(store).create_project(draft)
        assert len(store.projects.references(project)) == 12


def test_what_a_model_loses_is_said_by_its_name(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        for model, name in ((POCKET, "Pocket"), ("/models/some/ink-v2", "ink-v2")):
            asked = store.reconstructions.ask("1" * 64, model, "")
            assert reconstruction_warning(asked) == "", "nobody has looked yet"
            store.reconstructions.answer(asked, "2" * 64, Fidelity(18.0, 0.39, 0.16))
            poor = store.reconstructions.ask("1" * 64, model, "")
            assert reconstruction_warning(poor).startswith(f"This is how {name} sees it.")
            store.reconstructions.answer(asked, "2" * 64, Fidelity(30.0, 0.9, 0.8))
            assert reconstruction_warning(store.reconstructions.ask("1" * 64, model, "")) == ""


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A cat in bold outline style", ""),
        ("A cat in watercolor painting style", "Pocket knows “watercolor” already"),
        ("A cat in Flat style", "Pocket knows “flat” already"),
        ("A cat in inflated style", ""),
        ("in lumira style", "The style is read as “in lumira style”"),
        ("猫、水彩画風", "The style is read as “水彩画風”"),
    ],
)
def test_words_of_a_style(prompt: str, words: str) -> None:
    note = about_style(prompt, POCKET)
    assert note.startswith(words) and bool(note) == bool(words)
    if "knows" in words:
        assert about_style(prompt, "someone/a-model") == "", "nobody knows what that model knows"


def test_a_long_prompt_is_told_by_what_the_model_reads(tmp_path: Path) -> None:
    short, long = "A cat in ink style", "A cat " + "and another cat " * 30 + "in ink style"
    for model in (POCKET, "someone/a-model", ""):
        assert about_length(short, model) == ""
        assert "Too long" in about_length(long, model)
    assert "reads about 75 words" in about_length(long, "someone/a-model")
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512}))
    assert about_length(long, str(tmp_path)) == ""
    (tmp_path / "tokenizer" / "tokenizer_config.json").write_text("[]")
    assert "reads about 75 words" in about_length(long, str(tmp_path))


def test_notes_do_not_depend_on_the_size(teapots: list[Path]) -> None:
    large = Image.open(teapots[0]).convert("RGB").resize((1500, 1500), Image.Resampling.BICUBIC)
    first, second = examine(teapots[0]), examine(encoded(large))
    assert np.abs(first.summary.colours - second.summary.colours).max() < 3


def test_prompts_that_name_no_place_are_told() -> None:
    assert about_places([("A <dotty> teapot", "<dotty>"), ("a <dotty> teapot.", "<dotty>")]) == NO_PLACE
    assert about_places([("A <dotty> teapot", "<dotty>"), ("A <dotty> teapot in the snow", "<dotty>")]) == ""
