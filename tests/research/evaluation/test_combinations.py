"""Reading lists of combinations laid out like CustomConcept101's."""

import json
import re
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.research.evaluation.combinations import read_combinations
from gal_studio.research.evaluation.dreambench import find_drawn
from tests.research.evaluation.made import COMBINATION_PROMPTS, make_combination, make_composites


def test_a_combination_has_its_subjects_and_prompts(tmp_path: Path) -> None:
    (both,) = read_combinations(make_combination(tmp_path))
    assert both.name == "cat+vase" and both.size == 2
    assert [[path.name for path in part.references] for part in both.parts] == [
        ["00.png", "01.png", "02.png"]
    ] * 2
    assert tuple(both.prompts()) == COMBINATION_PROMPTS
    assert list(both.prompts("<sks>", "<zwx>").values())[1] == "a <sks> cat beside a <zwx> vase in the snow"
    folder = make_composites(tmp_path / "pictures") / "cat+vase"
    (folder / f"{COMBINATION_PROMPTS[0]}.png").rename(
        folder / "Photo of the cat and vase.png"
    )  # no full stop
    assert {each.prompt for each in find_drawn(both, tmp_path / "pictures")} == set(COMBINATION_PROMPTS)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("[", "is not JSON in UTF-8"),
        ("[]", "is not a list of combinations"),
        ('{"a": 1}', "is not a list of combinations"),
        ('[["cat"]]', "is not a list of combinations"),
        ([[{"class_prompt": "cat", "instance_data_dir": "data/cat"}]], "is not a list of combinations"),
    ],
)
def test_another_layout_is_one_sentence(listed: object, said: str, tmp_path: Path) -> None:
    path = make_combination(tmp_path)
    path.write_text(listed if isinstance(listed, str) else json.dumps(listed))
    with pytest.raises(StudioError, match=re.escape(said)):
        read_combinations(path)


def test_what_a_list_names_must_be_there(tmp_path: Path) -> None:
    path = make_combination(tmp_path)
    (entry,) = json.loads(path.read_text())
    with pytest.raises(StudioError, match=r"has no combination 'cat': choose from cat\+vase"):
        read_combinations(path, ["cat"])
    with pytest.raises(StudioError, match="cannot be read"):
        read_combinations(tmp_path / "nowhere.json")
    path.write_text(json.dumps([entry, entry]))
    with pytest.raises(StudioError, match=r"'cat\+vase' more than once"):
        read_combinations(path)
    path.write_text(json.dumps([[entry[0], entry[0], entry[2]]]))
    with pytest.raises(StudioError, match="combines 'cat' with itself"):
        read_combinations(path)
    path.write_text(json.dumps([entry]))
    prompts = tmp_path / "prompts" / "both.txt"
    for text, said in (("\n\n", "has no prompts"), ("a cat\n", "names none of its subjects")):
        prompts.write_text(text)
        with pytest.raises(StudioError, match=said):
            read_combinations(path)
    prompts.write_bytes("ein {0} für {1}".encode("latin-1"))
    with pytest.raises(StudioError, match="is not a text in UTF-8"):
        read_combinations(path)
    prompts.unlink()
    with pytest.raises(StudioError, match=r"prompts .* cannot be read"):
        read_combinations(path)
    for picture in (tmp_path / "data" / "vase").iterdir():
        picture.unlink()
    with pytest.raises(StudioError, match="has no images of its subject"):
        read_combinations(path)
