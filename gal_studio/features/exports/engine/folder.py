"""Write a round to a folder: its file, the model card, pictures, a workflow; then check the file."""

import json
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.models.forms.registry import find_form, unfit, unread
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings, Settings
from gal_studio.core.steps import Steps
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.layers import is_whole_denoiser, named_tensors, read_trained
from gal_studio.engine.loras.stock import (
    StockRequest,
    has_joined_layers,
    has_names_of_trainers,
    is_lokr,
)
from gal_studio.engine.models.adapters import read_adapter
from gal_studio.engine.models.factors import changes_nothing
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import AT_ITS_OWN, drawing
from gal_studio.engine.sampling.sampler import DrawRequest, draw
from gal_studio.engine.saving import give_usual_modes
from gal_studio.features.exports.engine.card import Written, checked_section, drawing_base, model_card
from gal_studio.features.exports.engine.check import check_exported, collected, stock_request
from gal_studio.features.exports.engine.denoiser import save_denoiser
from gal_studio.features.exports.engine.header import Facts, header_of, largest_rank, save_with_header
from gal_studio.features.exports.engine.shown import save_by_recipe, save_shown
from gal_studio.features.exports.engine.task import ExportTask, facts_of, open_export
from gal_studio.features.exports.engine.workflow import WorkflowOrder, workflow
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.disk_errors import disk_errors
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress

CARD, WORKFLOW, EXPECTED = "README.md", "comfyui-workflow.json", "comfyui-expected.png"
MERGED = "merged"
UNKNOWN = " Other programs do not have this base model."
EMPTY = "it changes nothing, since all that it adds is 0: train the round again with a higher learning rate"
RENAMED = " For that, its layers were renamed; diffusers reads the format for diffusers."
INTO_DENOISER = " The denoiser loads it: most of diffusers' pipelines take no LoKr."
SPLIT = " For that, its joined layers were split; diffusers reads the format for diffusers."


def export_here(store: Store, round_id: str, form: str, out: Path, merged: bool = False) -> list[str]:
    """Export in this process; returns what the checks found."""
    measured = Studio(store).measured_sentences(round_id)
    steps = Steps(export_to(open_export(store, Models(), round_id, find_form(form), measured, merged), out))
    with disk_errors(out):
        for _ in steps:
            pass
    return [checked.sentence for checked in steps.result]


def export_to(task: ExportTask, out: Path) -> Generator[Progress, None, tuple[Checked, ...]]:
    """Export a round to an empty folder; returns what the check of each file found."""
    adapter = task.adapter
    yield Progress("loading", 0, 0, "Loading the model")
    model = task.models.image_model(task.project.base_model, _plainly(task))
    part = model.family.part
    is_whole = is_whole_denoiser(adapter, part)
    if why := unfit(task.form, task.settings.tune.method):
        raise StudioError(f"{task.round_name} {why}.")
    if not task.form.programs_for(model.family.name):
        raise StudioError(unread(task.form, "this base model"))
    pictures = yield from _draw(task, model, task.requests)
    facts = facts_of(task, model, pictures[0])
    yield Progress("write", 0, 0)
    out.mkdir(parents=True, exist_ok=True)
    files = [save_denoiser(model, adapter, out) if is_whole else _save_lora(task, model, facts, out)]
    if task.merged and not is_whole:
        files.append(save_denoiser(model, adapter, out / MERGED))
    requests, shown = _requests(task, model, files), pictures
    if task.settings.generation.is_fast:
        del model
        task.models.release_image_model()
        model = task.models.drawing_model(task.project.base_model, _as_others_hold_it(task))
        shown = yield from _draw(task, model, task.requests, as_the_round=True)
    best = shown[0]
    if task.recipe != AS_TRAINED:
        (best,) = yield from _draw(task, model, task.requests[:1], task.recipe, as_the_round=True)
    written = _save_beside(task, model, facts, [best, *shown], files, out)
    is_useless = not task.form.is_own and not model.family.lora_names.is_known
    card = model_card(task, facts, model.family, written)
    noted = _noted(model, files[0])
    del model
    task.models.release_image_model()  # there may be memory for one alone
    checked = yield from check_exported(requests, pictures)
    if note := UNKNOWN if is_useless else noted:
        checked = tuple(replace(each, note=note) for each in checked)
    if not is_whole and changes_nothing(read_trained(adapter, part)):
        checked = tuple(replace(each, trouble=each.trouble or EMPTY) for each in checked)
    (out / CARD).write_text(card + checked_section(checked), encoding="utf-8")
    give_usual_modes(out)
    return checked


def _noted(model: ImageModel, file: Path) -> str:
    """What the check says of how diffusers took the file; nothing where it did so as it is."""
    if is_lokr(file):
        return INTO_DENOISER
    if has_joined_layers(file):
        return SPLIT
    return RENAMED if has_names_of_trainers(model.family, file) else ""


def _plainly(task: ExportTask) -> MachineSettings:
    """Hold the model as other programs do: in the round's precision, but not in 8 bits or in tiles."""
    return MachineSettings(precision=task.settings.machine.precision)


def _as_others_hold_it(task: ExportTask) -> Settings:
    return replace(task.settings, machine=_plainly(task))


def _settings(task: ExportTask) -> GenerationSettings:
    """How the file is checked: by the base model alone, one by one."""
    return replace(task.settings.generation.in_full, batch_size=1)


def _resolution(task: ExportTask, model: ImageModel) -> int:
    return task.settings.generation.resolution or model.resolution


def _draw(
    task: ExportTask,
    model: ImageModel,
    requests: Sequence[DrawRequest],
    recipe: Recipe = AS_TRAINED,
    as_the_round: bool = False,
) -> Generator[Progress, None, list[Image.Image]]:
    """The studio's own pictures of these requests, drawn one by one: for the check, or as the round's are."""
    settings, speed = _settings(task), AT_ITS_OWN
    if as_the_round:
        settings = replace(task.settings.generation.as_drawn, batch_size=1)
        speed = task.models.speed(task.project.base_model, task.settings)
    with drawing(model, task.adapter, recipe=recipe, speed=speed) as ready:
        return (yield from collected(draw(ready, requests, settings), len(requests)))


def _save_lora(task: ExportTask, model: ImageModel, facts: Facts, out: Path) -> Path:
    part, names = model.family.part, model.family.lora_names
    tensors = named_tensors(read_trained(task.adapter, part), part, names, task.form)
    stored = read_adapter(task.adapter)[1]
    header = header_of(facts, names, task.form, stored, largest_rank(tensors))
    path = out / f"{task.file_name}.safetensors"
    save_with_header(tensors, path, header)
    return path


def _save_beside(
    task: ExportTask,
    model: ImageModel,
    facts: Facts,
    pictures: Sequence[Image.Image],
    files: Sequence[Path],
    out: Path,
) -> Written:
    """Save the card's pictures, of which the first is the best recipe's, and the workflow that draws it."""
    is_whole = files[0].is_dir()
    drawn = task.settings.generation.as_drawn
    order = WorkflowOrder(
        files[0].name,
        drawing_base(facts, drawn),
        task.requests[0],
        drawn,
        _resolution(task, model),
        task.recipe,
    )
    made = None if is_whole or task.form.is_own else workflow(model.family, order)
    if made is not None:
        (out / WORKFLOW).write_text(json.dumps(made, indent=2, ensure_ascii=False), encoding="utf-8")
        pictures[0].save(out / EXPECTED)
    shown = save_shown(task, pictures[1:], out)
    if task.recipe != AS_TRAINED:
        shown = [save_by_recipe(task, pictures[0], out), *shown]
    merged = f"{MERGED}/{model.family.part}" if len(files) > 1 else ""
    name = f"{files[0].name}/" if is_whole else files[0].name
    beside = WORKFLOW if made is not None else ""
    return Written(
        name, shown, task.requests, order.resolution, is_whole, beside, merged, task.recipe, task.constant
    )


def _requests(task: ExportTask, model: ImageModel, files: Sequence[Path]) -> list[StockRequest]:
    """What the stock pipeline is to draw with each file."""
    is_whole = files[0].is_dir()
    layers = 0 if is_whole else len(read_trained(task.adapter, model.family.part))
    return [
        stock_request(task, model, _settings(task), str(path), layers=0 if path.is_dir() else layers)
        for path in files
    ]
