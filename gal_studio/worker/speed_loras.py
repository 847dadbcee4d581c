"""Speed LoRAs in the studio's format: each is converted once, into a folder that ends with the process."""

import hashlib
import shutil
import tempfile
import weakref
from pathlib import Path

from gal_studio.assets import resolve_model
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.loras.fast import write_speed_lora


class SpeedLoras:
    """The converted files, by the names of the LoRA and of the model that draws with it."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def find(self, lora: str, model: str, revisions: Revisions) -> Path:
        """The converted file; refused if the LoRA does not fit the model."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="gal-studio-speed-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        place = resolve_model(lora)
        about = Path(place).stat() if Path(place).is_file() else None
        stamp = (about.st_mtime_ns, about.st_size) if about else ""
        key = f"{lora} {stamp} {model} {sorted(revisions.items())}"
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.safetensors"
        if not path.is_file():
            write_speed_lora(place, resolve_model(model), path, revisions)
        return path
