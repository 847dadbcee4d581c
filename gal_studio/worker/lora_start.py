"""Compare a LoRA from elsewhere with a base model, and write what it changes in the studio's format.

`python -m gal_studio.worker.lora_start REQUEST FILE` does so in a process of its own, and prints why not,
or what a person should know. The base model's configurations are enough, so that its weights need not be
here.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.names import public_name
from gal_studio.core.models.reports import ModelNames
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.engine.loras.foreign import attach_as_it_is, attach_foreign, read_fitting
from gal_studio.engine.models.adapters import AdapterCard, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.models.outline import outline_for_loras
from gal_studio.with_parent import end_with_parent


def check_start(names: ModelNames, commits: Mapping[str, str]) -> tuple[str, ...]:
    """Refuse a LoRA that does not fit the base model, or these settings; returns what should be known."""
    tune = TuneSettings(method=names.method, target=names.target, rank=names.rank)
    model, path = _outline(names.base_model, commits), Path(names.start_from)
    return read_fitting(model, path, tune, names.without_text_encoder).notes


def convert(asked: LoraStart, out: Path) -> tuple[str, ...]:
    """Write the LoRA as an adapter of the studio, which changes every weight as the file does.

    Returns what a person should know of what is not taken over.
    """
    settings, without_text = Settings.from_dict(asked.settings), asked.without_text_encoder
    model, path = _outline(asked.base_model, asked.commits), Path(asked.path)
    if asked.as_it_is:
        read = attach_as_it_is(model, path, without_text)
    else:
        read = attach_foreign(model, path, settings.tune, without_text)
    save_adapter(model, out, AdapterCard(asked.trigger, model.name, 0, 0, settings.to_dict()))
    return read.notes


def _outline(name: str, commits: Mapping[str, str]) -> ImageModel:
    model = outline_for_loras(inspect(resolve_model(name), dict(commits), half=False).description)
    model.name = public_name(name)
    return model


def main(request: str, out: str) -> int:
    """Convert, and print what should be known; returns 2 with one sentence if the LoRA is refused."""
    try:
        print(*convert(LoraStart.of_json(request), Path(out)), sep="\n")
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(*sys.argv[1:]))
