"""What is said of the pictures and prompts of a form: plain sentences, and nothing is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from gal_studio.assets import demo
from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create.looks import (
    ONE_COLOUR,
    examine,
    notes_on,
    reconstruction_warning,
    said_of,
)
from gal_studio.studio.create.prompt_notes import (
    NO_PLACE,
    about_described_style,
    about_length,
    about_places,
    about_style,
)
from gal_studio.studio.create.references import ReferenceDraft
from tests.state.images.profiles import encoded
from tests.studio.seeding import draft

POCKET = "assets:pocket/pipeline"


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


def test_a_saved_copy_is_a_near_copy(teapots: list[Path]) -> None:
    again = Image.open(teapots[1]).convert("RGB").resize((200, 200))
    notes = noted(*teapots, encoded(again, "JPEG", quality=60))
    assert notes.pictures[:3] == ("",) * 3
    assert notes.pictures[3] == "Nearly the same image as 2.png: one of the two is enough."
    assert notes.several == ()


def test_twelve_identical_references_are_one(teapots: list[Path]) -> None:
    notes = noted(*[teapots[0]] * 12)
    assert [note.places for note in notes.several] == [tuple(range(12))]
    assert notes.several[0].text.startswith("All 12 images are nearly the same")
    assert notes.pictures[0] == ""
    assert len(set(notes.pictures[1:])) == 1


def test_a_picture_that_dominates_is_told(teapots: list[Path]) -> None:
    flipped = Image.open(teapots[0]).convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    notes = noted(*teapots, teapots[0], encoded(flipped))
    assert [note.places for note in notes.several] == [(0, 3, 4)]
    assert notes.several[0].text.startswith("3 of the 5 images are nearly the same")


def said_of_several(*pictures: Image.Image) -> dict[str, tuple[int, ...]]:
    return {note.text: note.places for note in noted(*map(encoded, pictures)).several}


def test_blur_and_borders_are_told_with_their_images(teapots: list[Path]) -> None:
    opened = [Image.open(path).convert("RGB").resize((384, 384)) for path in teapots]
    assert said_of_several(*opened) == {}
    soft = opened[1].filter(ImageFilter.GaussianBlur(4))
    assert said_of_several(opened[0], soft, opened[2]) == {
        "1 of the 3 images is blurred, and blur is learned: choose a sharper one.": (1,)
    }
    assert said_of_several(soft) == {"The image is blurred, and blur is learned: choose a sharper one.": (0,)}
    framed = [ImageOps.expand(opened[0], 20, "black"), ImageOps.pad(opened[1], (600, 384), color="white")]
    assert said_of_several(*framed, opened[2]) == {
        "2 of the 3 images have a border, which is learned: crop it away.": (0, 1)
    }


@pytest.mark.parametrize(
    ("corner", "words"),
    [
        (310, "The same mark, such as a watermark or a signature, is in the lower right of all 3 images"),
        (150, "The same lines are in the middle of all 3 images"),
    ],
)
def test_what_is_in_one_place_of_all_images_is_a_mark_or_their_subject(
    teapots: list[Path], corner: int, words: str
) -> None:
    opened = [Image.open(path).convert("RGB").resize((384, 384)) for path in teapots]
    for one in opened:
        draw = ImageDraw.Draw(one)
        draw.ellipse((corner, corner, corner + 60, corner + 60), (250, 250, 250), (0, 0, 0), 6)
        draw.rectangle((corner + 20, corner + 20, corner + 40, corner + 40), (0, 0, 0))
    ((text, places),) = said_of_several(*opened).items()
    assert text.startswith(words) and places == (0, 1, 2)


def test_one_view_of_everything_is_told() -> None:
    rng = np.random.default_rng(1)
    scene, *others = rng.integers(0, 255, (4, 4, 4, 3)).astype(np.float64)
    near = [Image.fromarray((0.65 * scene + 0.35 * one).astype(np.uint8)) for one in others]
    said = said_of_several(*(one.resize((256, 256), Image.Resampling.NEAREST) for one in near))
    ((text, places),) = said.items()
    assert text.startswith("All 3 images show nearly the same view, which is learned, too: add images")
    assert places == (0, 1, 2)


def test_the_command_line_names_the_images_of_a_note(teapots: list[Path], tmp_path: Path) -> None:
    for place, path in enumerate(teapots):
        shown = Image.open(path).convert("RGB")
        (ImageOps.expand(shown, 60, "white") if place else shown).save(tmp_path / path.name)
    given = [ReferenceDraft(tmp_path / path.name, "A <dotty> teapot") for path in teapots]
    assert said_of(given) == (
        "2 of the 3 images have a border, which is learned: crop it away. "
        f"({teapots[1].name} and {teapots[2].name})",
    )


def test_one_colour_is_told_and_taken(studio: Studio) -> None:
    red = encoded(Image.new("RGB", (64, 64), (200, 10, 10)))
    assert noted(red).pictures == (ONE_COLOUR,)
    project = studio.create_project(draft(references=[(red, "A cat in ink style")] * 12))
    assert len(studio.store.projects.references(project)) == 12


def test_what_a_model_loses_is_said_by_its_name(store: Store) -> None:
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
        ("A cat in watercolor painting style", "Pocket already knows “watercolor”"),
        ("A cat in Flat style", "Pocket already knows “flat”"),
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


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("A cat in ink style", ""),
        (
            "A cat, flat colors and bold outlines, in lumira style",
            "“flat colors” and “bold outlines” describe",
        ),
        ("An illustration of a cat in lumira style", "“illustration” describes the style itself"),
        ("A black and white cat in lumira style", "“black and white” describes"),
        ("Paint on a drawing board in lumira style", ""),
    ],
)
def test_a_caption_that_describes_its_style_is_told(prompt: str, found: str) -> None:
    said = about_described_style(prompt)
    assert said.startswith(found) and bool(said) == bool(found)


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
