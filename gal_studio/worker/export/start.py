"""Compare a LoRA from elsewhere with a base model, and write what it changes in the studio's format.

`python -m gal_studio.worker.export.start REQUEST FILE` does so in a process of its own, and prints why not.
The base model's configurations are enough, so that its weights need not be here.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.names import public_name
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.engine.export.foreign import attach_foreign, read_fitting
from gal_studio.engine.models.adapters import AdapterCard, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.models.outline import outline_for_loras


def check_start(base_model: str, commits: Mapping[str, str], path: str, tune: TuneSettings) -> None:
    """Refuse a LoRA that does not fit the base model, or these settings."""
    read_fitting(_outline(base_model, commits), Path(path), tune)


def convert(asked: LoraStart, out: Path) -> None:
    """Write the LoRA as an adapter of the studio, which changes every weight as the file does."""
    settings = Settings.from_dict(asked.settings)
    model = _outline(asked.base_model, asked.commits)
    attach_foreign(model, Path(asked.path), settings.tune)
    save_adapter(model, out, AdapterCard(asked.trigger, model.name, 0, 0, settings.to_dict()))


def _outline(name: str, commits: Mapping[str, str]) -> ImageModel:
    model = outline_for_loras(inspect(resolve_model(name), dict(commits), half=False).description)
    model.name = public_name(name)
    return model


def main(request: str, out: str) -> int:
    """Convert; returns 2 with one sentence if the LoRA is refused."""
    try:
        convert(LoraStart.of_json(request), Path(out))
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
