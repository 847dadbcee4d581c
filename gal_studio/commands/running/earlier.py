"""The run that a folder of results belongs to: another one is refused, so that no two are mixed."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gal_studio.commands.terminal.json_text import read_results, write_json
from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import make_folder

FILE = "run.json"
RESULTS = (
    *("pictures", "maps", "exported", "summary.json", "timing.json", "candidates.csv"),
    "refined-candidates.csv",
    *("contact-sheet-*.png", "lora-*.safetensors", "denoiser-*.safetensors", "maps-*.npz"),
)
"""What a run writes to its folder, besides its workspace."""
_MOST_SHOWN = 3  # differences


class Results:
    """A folder for the results of one run; `given` are the parts of the run by what they are called."""

    def __init__(self, out: Path, given: Mapping[str, Any], overwrite: bool) -> None:
        """Refuse a folder with the results of another run, unless these may be overwritten."""
        self._out, self._path = out, out / FILE
        self._now = json.loads(json.dumps(flat(given), default=str))
        before = read_results(self._path)
        self._is_others = before is not None and before != self._now
        if before is not None and self._is_others and not overwrite:
            raise StudioError(
                f"{out} has the results of another run ({difference(before, self._now)}): "
                "choose another --out, or replace them with --overwrite."
            )

    def claim(self) -> None:
        """Note what the run is made of, once its project is accepted; the results of another are deleted."""
        for pattern in RESULTS if self._is_others else ():
            for found in self._out.glob(pattern):
                if found.is_dir() and not found.is_symlink():
                    shutil.rmtree(found)
                else:
                    found.unlink()
        make_folder(self._out)
        write_json(self._path, self._now)


def flat(parts: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """`{"settings": {"tune": {"steps": 4}}}` as `{"settings.tune.steps": 4}`."""
    found: dict[str, Any] = {}
    for name, value in parts.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The first things in which two runs differ, in words."""
    names = [name for name in dict.fromkeys((*before, *now)) if before.get(name) != now.get(name)]
    words = [_in_words(name, before.get(name), now.get(name)) for name in names[:_MOST_SHOWN]]
    more = f"; and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return "; ".join(words) + more


def _in_words(name: str, before: object, now: object) -> str:
    if name.startswith(("picture", "mask", "LoRA")):
        return f"another {name}"
    was, is_ = ("not given" if value is None else shown(value) for value in (before, now))
    return f"{name} was {was} and is {is_}"
