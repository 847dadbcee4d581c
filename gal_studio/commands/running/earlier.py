"""The run that a folder of results belongs to: another one is refused, so that no two are mixed."""

import shutil
from pathlib import Path

from gal_studio.commands.terminal.json_text import read_results, write_json
from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import make_folder

FILE = "run.json"
RESULTS = (
    *("pictures", "maps", "exported", "summary.json", "timing.json", "candidates.csv"),
    "refined-candidates.csv",
    *("contact-sheet-*.png", "lora-*.safetensors", "denoiser-*.safetensors", "maps-*.npz"),
)
"""What a run writes to its folder, besides its workspace."""


class Results:
    """A folder for the results of one run, which its `origin` identifies."""

    def __init__(self, out: Path, origin: str, overwrite: bool) -> None:
        """Refuse a folder with the results of another run, unless these may be overwritten."""
        self._out, self._now = out, {"origin": origin}
        before = read_results(out / FILE) or {}
        self._is_others = before.get("origin", origin) != origin  # those of versions up to 0.3 have none
        if self._is_others and not overwrite:
            raise StudioError(
                f"{out} has the results of another run: choose another --out, or replace them with "
                "--overwrite."
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
        write_json(self._out / FILE, self._now)
