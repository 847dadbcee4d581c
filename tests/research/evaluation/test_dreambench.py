"""Reading folders laid out like DreamBench, and generated pictures."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.research.evaluation.dreambench import KOSMOS_G, find_drawn, read_dreambench, single_image
from tests.research.evaluation.made import PROMPTS, make_dreambench, make_pictures, soft_picture


def test_live_subjects_have_prompts_of_their_own(tmp_path: Path) -> None:
    subjects = read_dreambench(make_dreambench(tmp_path))
    assert {subject.name: tuple(subject.prompts()) for subject in subjects} == PROMPTS
    assert [len(subject.references) for subject in subjects] == [3, 3]
    assert subjects[1].prompts("<sks>")["a shiny vase"] == "a shiny <sks> vase"
    assert [subject.name for subject in read_dreambench(tmp_path / "dataset", ["vase"])] == ["vase"]


def test_one_picture_stands_for_a_subject(tmp_path: Path) -> None:
    cat, vase = read_dreambench(make_dreambench(tmp_path))
    assert len(KOSMOS_G) == 30
    assert single_image(cat).name == "02.jpg" and single_image(vase).name == "02.jpg"
    single_image(vase).unlink()
    assert single_image(read_dreambench(tmp_path)[1]).name == "00.jpg"


def test_pictures_are_found_by_their_prompts(tmp_path: Path) -> None:
    cat, vase = read_dreambench(make_dreambench(tmp_path / "bench"))
    folder = make_pictures(tmp_path / "pictures")
    (folder / "vase" / "a shiny vase.png").rename(folder / "vase" / "A shiny vase-1.png")
    soft_picture(1).save(folder / "vase" / "a shiny vase-0.webp")
    drawn = find_drawn(vase, folder)
    assert [each.prompt for each in drawn].count("a shiny vase") == 2 and len(drawn) == 4
    (folder / "vase" / "a vase in the jungle.png").unlink()
    with pytest.raises(StudioError, match=r"images of 2 of 3 prompts \(none of 'a vase in the jungle'\)"):
        find_drawn(vase, folder)
    assert len(find_drawn(vase, folder, partial=True)) == 3
    soft_picture(1).save(folder / "cat2" / "a dog.png")
    with pytest.raises(StudioError, match="named after none of the prompts"):
        find_drawn(cat, folder)


def test_the_list_may_come_from_windows(tmp_path: Path) -> None:
    make_dreambench(tmp_path)
    path = tmp_path / "dataset" / "prompts_and_classes.txt"
    before, text = read_dreambench(tmp_path), path.read_text()
    path.write_text(text, encoding="utf-8-sig")
    assert read_dreambench(tmp_path) == before
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(StudioError, match="is not UTF-8 text: save it as UTF-8"):
        read_dreambench(tmp_path)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not laid out like DreamBench"):
        read_dreambench(tmp_path)
    with pytest.raises(StudioError, match="has no subject 'dog'"):
        read_dreambench(make_dreambench(tmp_path), ["dog"])
    text = tmp_path / "dataset" / "prompts_and_classes.txt"
    text.write_text(text.read_text().replace("vase,vase", "../vase,vase"))
    with pytest.raises(StudioError, match="not the name of a folder"):
        read_dreambench(tmp_path)
    text.write_text("Classes\n")
    with pytest.raises(StudioError, match="names no subjects or no prompts"):
        read_dreambench(tmp_path)
    text.unlink()
    for path in (tmp_path / "dataset" / "vase").iterdir():
        path.unlink()
    make_list = (tmp_path / "dataset" / "prompts_and_classes.txt").write_text
    make_list("Classes\nvase,vase\nObject Prompts\n'a {0} {1}'.format(unique_token, class_token),\n")
    with pytest.raises(StudioError, match="has no images of its subject"):
        read_dreambench(tmp_path)
