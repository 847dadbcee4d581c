"""Presets of the user's own: a model with the settings that were typed for it, for every later project.

All in `presets.json`, in the order in which they were saved first.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gal_studio.causes import refused
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import check_name
from gal_studio.json_files import JsonFileError, read_json
from gal_studio.state.files.content_store import write_whole

FILE = "presets.json"
MOST_PRESETS = 50


@dataclass(frozen=True)
class OwnPreset:
    """A name with what the form of a new project had: `preset` is "own" for another model.

    `settings` are texts as they were typed, by the dotted names of the settings; the others are the model's.
    """

    name: str
    preset: str
    base_model: str
    clip_model: str
    settings: Mapping[str, str]


class OwnPresets:
    """Reads and writes the presets of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / FILE

    def all(self) -> tuple[OwnPreset, ...]:
        """All presets; none where the file is missing. Refused where it cannot be read."""
        try:
            return tuple(map(_preset, read_json(self._path, follow=False)))
        except FileNotFoundError:
            return ()
        except (JsonFileError, OSError, TypeError, AttributeError) as error:
            if isinstance(error, OSError) and (said := refused(self._path, error, f"file {self._path}")):
                raise StudioError(said) from error
            raise StudioError(
                f"The presets in {FILE} of the workspace cannot be read: repair it, or remove it."
            ) from error

    def save(self, preset: OwnPreset) -> tuple[OwnPreset, ...]:
        """Save a preset, in the place of one of that name; returns all."""
        preset = replace(preset, name=check_name(preset.name, "preset"))
        kept = {one.name: one for one in self.all()} | {preset.name: preset}
        if len(kept) > MOST_PRESETS:
            raise StudioError(f"There are already {MOST_PRESETS} presets: remove one first.")
        return self._write(tuple(kept.values()))

    def remove(self, name: str) -> tuple[OwnPreset, ...]:
        """Remove the preset of that name, if there is one; returns the others."""
        return self._write(tuple(one for one in self.all() if one.name != name))

    def _write(self, presets: tuple[OwnPreset, ...]) -> tuple[OwnPreset, ...]:
        data = json.dumps([asdict(one) for one in presets], indent=1, ensure_ascii=False)
        write_whole(self._path, data.encode(), self._path.parent)
        return presets


def _preset(row: Any) -> OwnPreset:
    """A row of the file; a TypeError or an AttributeError if it is none."""
    preset = OwnPreset(**row)
    if not all(isinstance(text, str) for text in _texts(preset)):
        raise TypeError(f"a preset has a value that is not text: {row}")
    return preset


def _texts(preset: OwnPreset) -> list[Any]:
    settings = preset.settings
    return [preset.name, preset.preset, preset.base_model, preset.clip_model, *settings, *settings.values()]
