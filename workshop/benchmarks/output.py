"""What every benchmark leaves: its figures as JSON, beside what made them."""

import json
import os
from pathlib import Path
from typing import Any

import torch

from gal_studio.engine.models.devices import choose_device, device_name
from gal_studio.provenance import made_by


def told(figures: Any) -> dict[str, Any]:
    """Figures (JSON values) with the studio's version and commit, libraries, device, cores and threads."""
    here = {
        "device": device_name(choose_device()),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }
    return {"made_by": {**made_by(), **here}, "figures": figures}


def write(path: Path, figures: Any) -> None:
    """Write figures that are there as a whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told(figures), indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def read(path: Path) -> Any:
    """The figures that `write` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))["figures"]
