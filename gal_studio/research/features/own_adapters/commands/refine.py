"""`gal-studio refine --adapter`: PatchDPO as published, of an image adapter on pictures of many objects."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.assets import Preset, load_preset, resolve_model
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import NATIVE
from gal_studio.core.steps import Steps
from gal_studio.research.features.own_adapters.record import AdapterPlan, name_of
from gal_studio.research.features.own_adapters.subjects import check_subjects, checked_names
from gal_studio.state.files.errors import make_folder

SAID_EVERY = 25  # steps


def refine(
    adapter: Annotated[
        str | None,
        typer.Option(help="Refine this image adapter instead, as published (docs/patchdpo.md)."),
    ] = None,
    subjects: Annotated[
        Path | None,
        typer.Option(help="With --adapter: a folder with images of many objects, or a .txt with names."),
    ] = None,
    preset: Annotated[str, typer.Option(help="With --adapter: the preset whose models are used.")] = "sdxl",
    base_model: Annotated[
        str | None, typer.Option(help="With --adapter: another base model than the preset's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="With --adapter: the seed.")] = 0,
    steps: int | None = None,
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Refine a round of a stored project, or an image adapter, with PatchDPO."""
    if adapter is None or subjects is None or out is None:
        raise StudioError("An image adapter is refined with --subjects FOLDER and --out FOLDER: give both.")
    chosen, names = load_preset(preset), _names(subjects)
    folder = "" if names else str(subjects)
    if folder:
        check_subjects(subjects)  # before the models are loaded
    make_folder(out)
    from gal_studio.engine.training.adapter_patchdpo import PUBLISHED

    steps = PUBLISHED.steps if steps is None else steps
    plan = AdapterPlan(out.name, adapter, folder, names, steps, seed)
    pairs, written = _refined(plan, out, chosen, resolve_model(base_model or chosen.base_model))
    name = name_of(out.absolute(), adapter)
    how = f"Use it with adapter = {name!r} under [settings.references]."
    if adapter.strip() == NATIVE:
        name, how = str(written.absolute()), f"Start a project from the LoRA {written.name}."
    _print(f"Written to {out}. {how}")
    if as_json:
        print(json_text({"adapter": name, "pairs": pairs, "steps": steps}))


def _refined(plan: AdapterPlan, out: Path, preset: Preset, base: str) -> tuple[int, Path]:
    """Refine it, and tell how far it is; an interrupted one goes on. Returns how many pairs, and the file."""
    from gal_studio.research.features.own_adapters import engine
    from gal_studio.worker.models import Models

    models = Models()
    model, drawing = models.image_model(base), preset.settings["object"].generation
    task = engine.AdapterTask(plan, out, base, model, models, preset.vision_model, preset.clip_model, drawing)
    refining, pairs = Steps(engine.refine_adapter(task)), 0
    for progress in refining:
        if progress.phase == "pairs":
            pairs = progress.total
        _print_progress(progress)
    return pairs, refining.result


def _names(path: Path) -> tuple[str, ...]:
    """The names in a text file; none in a folder."""
    if not path.is_file():
        return ()
    if path.suffix.lower() != ".txt":
        raise StudioError(f"{path} is neither a folder nor a text file with names of objects.")
    return checked_names(path.read_text(encoding="utf-8", errors="replace").splitlines())


def _print_progress(progress: Any) -> None:
    if progress.phase == "loading" and progress.message:
        _print(progress.message)
    elif progress.phase == "refine":
        if progress.done % SAID_EVERY == 0 or progress.done == progress.total:
            _print(f"step {progress.done} / {progress.total}  {progress.message}")
    elif progress.kept is None and progress.total:
        _print(f"{progress.phase} {progress.done} / {progress.total}")


def _print(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
