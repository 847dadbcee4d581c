"""`gal-studio refine --adapter`: PatchDPO as published, of an image adapter on pictures of many objects."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import NATIVE
from gal_studio.core.steps import Steps
from gal_studio.state.files.errors import make_folder
from gal_studio.state.images.subjects import check_subjects, checked_names

SAID_EVERY = 25  # steps


@dataclass(frozen=True)
class Order:
    """What to train: the adapter of a preset's base model, or of another one.

    `subjects` is a folder of pictures, or a text file with names of objects.
    """

    adapter: str
    subjects: Path
    out: Path
    preset: str
    base_model: str | None = None
    steps: int | None = None
    seed: int = 0


def refine_adapter(order: Order) -> dict[str, Any]:
    """Refine it, and tell how far it is; an interrupted one goes on."""
    from gal_studio.engine.training.adapter_patchdpo import PUBLISHED
    from gal_studio.state.files.own_adapters import AdapterPlan, name_of
    from gal_studio.worker import adapter_refinement
    from gal_studio.worker.models import Models
    from gal_studio.worker.training.device_groups import gpus_for

    preset, names = load_preset(order.preset), _names(order.subjects)
    folder = "" if names else str(order.subjects)
    if folder:
        check_subjects(order.subjects)  # before the models are loaded
    make_folder(order.out)
    steps = PUBLISHED.steps if order.steps is None else order.steps
    models, base = Models(), resolve_model(order.base_model or preset.base_model)
    model = models.image_model(base)
    task = adapter_refinement.AdapterTask(
        AdapterPlan(order.out.name, order.adapter, folder, names, steps, order.seed),
        order.out,
        base,
        model,
        models,
        preset.vision_model,
        preset.clip_model,
        preset.settings["object"].generation,
        gpus_for(model, 2 * PUBLISHED.batch_size),
    )
    refining, pairs = Steps(adapter_refinement.refine_adapter(task)), 0
    for progress in refining:
        if progress.phase == "pairs":
            pairs = progress.total
        _print_progress(progress)
    name = name_of(order.out.absolute(), order.adapter)
    how = f"Use it with adapter = {name!r} under [settings.references]."
    if order.adapter.strip() == NATIVE:
        name = str(refining.result.absolute())
        how = f"Start a project from the LoRA {refining.result.name}."
    _print(f"Written to {order.out}. {how}")
    return {"adapter": name, "pairs": pairs, "steps": steps}


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
