"""`gal-studio download`: download models before they are needed, such as for a computer without a network."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from gal_studio.assets import load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import bytes_in_words, bytes_of
from gal_studio.core.models.names import index_among
from gal_studio.core.models.pasted import pasted, refuse_address
from gal_studio.core.models.reports import ModelNames
from gal_studio.studio.create.plan import starting_settings

if TYPE_CHECKING:  # it imports the engine, which other commands do not need
    from gal_studio.engine.hub.repository import MissingFiles

INTERVAL = 0.5  # seconds between two changes of the progress line
LOG_INTERVAL = 10.0  # the same where the output is a file


def download(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A preset (such as sdxl) with all its models, a hub ID, or a CLIP such as ViT-B-32/openai.",
        ),
    ],
) -> None:
    """Download a model of the hub, or continue a download that was stopped.

    The files go to the hub's cache (HF_HOME), from which the studio and other programs open them without a
    network. The folder that is printed at the end can be copied to another computer.
    """
    model = pasted(model)
    refuse_address(model)
    needs = find_needs(model)
    if not needs:
        print(f"{model} is on this computer: there is nothing to download.")
    for need in needs:
        _download(need, sys.stderr)
        print(f"{need.name} (license {need.licence or 'not stated'}) is in {need.folder.parents[1]}")


def find_needs(model: str) -> Sequence["MissingFiles"]:
    """What a model, or all models of a preset, need from the hub."""
    from gal_studio.worker.model_needs import look

    pins: dict[str, str] = {}
    presets = {preset.name: preset for preset in load_presets()}
    if model in presets:
        chosen = presets[model]
        names = ModelNames(chosen.base_model, chosen.clip_model, chosen.vision_model)
        fast = starting_settings("style", chosen, is_own=False).generation
        names = replace(names, fast_model=fast.fast_model, speed_lora=fast.speed_lora)
        return [need for find in look(names, pins).values() for need in find()]
    return _kind(model, pins)


def _kind(model: str, pins: Mapping[str, str]) -> Sequence["MissingFiles"]:
    """A CLIP that open_clip knows, a vision model, or else a base model."""
    import open_clip

    from gal_studio.engine.features.open_clip_source import HUB
    from gal_studio.engine.hub.repository import read_repository
    from gal_studio.worker.model_needs import look

    look_up = look(ModelNames(model, model, model), dict(pins))
    name, _, tag = model.rpartition("/")
    if model.startswith(HUB) or (name, tag) in open_clip.list_pretrained():
        return look_up["clip_model"]()
    try:
        return look_up["base_model"]()
    except StudioError:
        files = read_repository(model, None).files if "/" in model else {}
        if index_among(files) or "config.json" not in files:
            raise
        return look_up["vision_model"]()


def _download(need: "MissingFiles", output: TextIO) -> None:
    from gal_studio.engine.hub.download import download as transfer
    from gal_studio.engine.hub.repository import cache_folder, check_space

    if not need.files or need.is_met:
        return
    missing = need.total - need.done()
    check_space(missing)
    print(
        f"{need.name} at commit {need.commit[:12]}, license {need.licence or 'not stated'}: "
        f"{bytes_in_words(missing)} to {cache_folder()}",
        file=output,
    )
    started, first, shown = time.monotonic(), need.done(), 0.0
    for done in transfer(need):
        now = time.monotonic()
        if now - shown >= (INTERVAL if output.isatty() else LOG_INTERVAL) or done == need.total:
            shown = now
            _say(output, _progress(done, need.total, (done - first) / max(now - started, 0.001)))
    if output.isatty():
        print(file=output)


def _progress(done: int, total: int, speed: float) -> str:
    line = bytes_of(done, total)
    if speed <= 0:
        return line
    left = round((total - done) / speed)
    return f"{line} · {bytes_in_words(speed)}/s · {left // 60}:{left % 60:02d} left"


def _say(output: TextIO, line: str) -> None:
    output.write(f"\r{line:<60}" if output.isatty() else f"{line}\n")
    output.flush()
