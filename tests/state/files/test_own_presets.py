"""Presets of the user's own: saved, replaced, removed, and never read from a damaged file."""

from dataclasses import replace
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files.own_folder import others
from gal_studio.state.files.own_presets import FILE, MOST_PRESETS, OwnPreset, OwnPresets

INK = OwnPreset("Ink", "sd15", "", "", {"tune.steps": "300", "tune.learning_rate": "1e-4"})


def test_presets_are_saved_replaced_and_removed(tmp_path: Path) -> None:
    presets = OwnPresets(tmp_path)
    assert presets.all() == ()
    other = OwnPreset("Große Drucke", "own", "/models/one", "ViT-B-32/openai", {})
    presets.save(INK)
    assert presets.save(replace(other, name="  Große   Drucke ")) == (INK, other)
    longer = replace(INK, settings={"tune.steps": "900"})
    assert presets.save(longer) == OwnPresets(tmp_path).all() == (longer, other)
    assert presets.remove("Ink") == OwnPresets(tmp_path).all() == (other,)
    assert presets.remove("Ink") == (other,), "twice is once"
    (tmp_path / "studio.db").touch()
    assert others(tmp_path) == (), "the file is the studio's own"


def test_a_preset_needs_a_name_and_there_is_an_end(tmp_path: Path) -> None:
    presets = OwnPresets(tmp_path)
    with pytest.raises(StudioError, match="name of the preset is empty"):
        presets.save(replace(INK, name="  "))
    for number in range(MOST_PRESETS):
        presets.save(replace(INK, name=str(number)))
    with pytest.raises(StudioError, match="remove one first"):
        presets.save(INK)
    presets.save(replace(INK, name="0"))


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"name": "Ink"}]', "7",
             '[{"name": 1, "preset": "", "base_model": "", "clip_model": "", "settings": {}}]',
             '[{"name": "", "preset": "", "base_model": "", "clip_model": "", "settings": []}]'],
)  # fmt: skip
def test_a_damaged_file_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    for act in (OwnPresets(tmp_path).all, lambda: OwnPresets(tmp_path).save(INK)):
        with pytest.raises(StudioError, match="cannot be read"):
            act()
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text
