"""The prompts of the clock arms as GAL's authors publish them: a table for styles, text files for objects."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.references import Prompts, describe
from gal_studio.research.evaluation.prompt_file import read_prompts

STYLE = describe("style", [("A cat in watercolor painting style", "")]).prompts
CAT = describe("object", [("A <sks> cat on the stairs", "<sks>")]).prompts
STATUE = describe("object", [("A <sks> cat statue on a shelf", "<sks>")]).prompts
ROWS = ("Prompt,Category,Challenge", "an F1,Vehicles,Basic", '"a bird, a tree",Animals,"a ""b"""')
TABLE = "\n".join(ROWS) + "\n\n"


def read(tmp_path: Path, name: str, text: str | bytes, prompts: Prompts) -> tuple[str, ...]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_prompts(path, prompts)


@pytest.mark.parametrize("name", ["parti.csv", "parti.txt"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_table_is_read_by_its_header(tmp_path: Path, name: str, start: str) -> None:
    expected = ("an F1 in watercolor painting style", "a bird, a tree in watercolor painting style")
    assert read(tmp_path, name, start + TABLE, STYLE) == expected
    tabs = 'Category\tPrompt\nVehicles\tan F1\nAnimals\t"a bird, a tree"\n'
    assert read(tmp_path, "parti.tsv", start + tabs, STYLE) == expected


def test_what_is_left_out_of_prompts_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "a.txt").write_text("a (drum:1.2)\na kite <lora:ink:1>\n")
    found = read_prompts(tmp_path / "a.txt", STYLE, told.append)
    assert found == ("a drum in watercolor painting style", "a kite in watercolor painting style")
    assert told == ["Removed weights and tags that GAL Studio ignores: (…:1.2), <lora:ink:1>."]


def test_all_rows_of_a_long_table_are_prompts(tmp_path: Path) -> None:
    rows = "".join(f"a thing {number},Things,Basic,\n" for number in range(190))
    found = read(tmp_path, "parti.csv", f"Prompt,Category,Challenge,Note\n{rows}", STYLE)
    assert len(found) == 190
    assert found[189] == "a thing 189 in watercolor painting style"


def test_the_trigger_word_comes_before_the_class(tmp_path: Path) -> None:
    lines = "Photo of cat \n\ncat wearing sunglasses\nGeorgia O'Keeffe style Cat painting\n"
    assert read(tmp_path, "cat.txt", lines, CAT) == (
        "Photo of <sks> cat",
        "<sks> cat wearing sunglasses",
        "Georgia O'Keeffe style <sks> Cat painting",
    )
    assert read(tmp_path, "s.txt", "a wide shot of cat statue", STATUE) == (
        "a wide shot of <sks> cat statue",
    )
    assert read(tmp_path, "named.txt", "{} in a hat\na <sks> cat", CAT) == (
        "a <sks> cat in a hat",
        "a <sks> cat",
    )


def test_a_word_that_only_contains_the_class_is_not_it(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="'a caterpillar' names neither the object nor its class 'cat'"):
        read(tmp_path, "cat.txt", "a caterpillar", CAT)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "no.csv",
            "Text,Category\na cat,Animals\n",
            r"no column 'prompt', only 'text', 'category': name the",
        ),
        ("empty.csv", "", "has no column 'prompt', only an empty line"),
        ("bare.csv", "Prompt,Note\n,\n", "has no prompts: write one per line"),
        ("empty.txt", "\n \n", "has no prompts: write one per line"),
        ("latin.txt", "a café".encode("latin-1"), r"is not UTF-8 \(byte 5 is not UTF-8\): save it as UTF-8"),
    ],
)
def test_a_file_without_prompts_is_one_sentence(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(StudioError, match=message):
        read(tmp_path, name, text, STYLE)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="There is no file of prompts"):
        read_prompts(tmp_path / "none.csv", STYLE)
