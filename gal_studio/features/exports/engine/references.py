"""Write a round that is drawn without training to a folder, with how to draw the same elsewhere."""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from gal_studio.assets import resolve_adapter
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.models.names import public_name
from gal_studio.core.quoting import markdown
from gal_studio.core.settings import GenerationSettings, ReferenceSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import GivenReferences, StockRequest
from gal_studio.engine.models.adapter_files import TOWER, AdapterFiles, locate_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import draw
from gal_studio.engine.saving import give_usual_modes
from gal_studio.features.exports.engine.card import (
    checked_section,
    drawing_lines,
    opening_lines,
)
from gal_studio.features.exports.engine.check import check_exported, collected, stock_request
from gal_studio.features.exports.engine.shown import save_shown
from gal_studio.features.exports.engine.task import ExportTask
from gal_studio.features.exports.engine.workflow import Workflow, WorkflowOrder, node, workflow
from gal_studio.json_files import read_json
from gal_studio.worker.given import given_references, reference_pictures
from gal_studio.worker.task import Progress

_WIDTH_OF_BIGG = 1664  # of the layers of ViT-bigG; ViT-H has 1280
CARD, WORKFLOW, FOLDER = "README.md", "comfyui-workflow.json", "references"


@dataclass(frozen=True)
class _Written:
    model: ImageModel
    references: Sequence[Path]
    adapter: AdapterFiles | None
    workflow: bool


def export_without_training(task: ExportTask, out: Path) -> Generator[Progress, None, tuple[Checked, ...]]:
    """Export to an empty folder; returns what the check found: stock diffusers draws two pictures again."""
    if (start := task.store.snapshots.outline(task.project.id).start) is not None:
        raise StudioError(
            f"Round 0 is generated with the LoRA {start.source} and the references, which no export holds "
            "together: use that LoRA, or export a trained round."
        )
    task.form.check(task.settings)
    yield Progress("loading", 0, 0, "Loading the model")
    machine = MachineSettings(precision=task.settings.machine.precision)
    model = task.models.image_model(task.project.base_model, machine)
    pictures = yield from _draw(task, model)
    yield Progress("write", 0, 0)
    (out / FOLDER).mkdir(parents=True)
    references = []
    for number, picture in enumerate(reference_pictures(task), 1):
        references.append(out / FOLDER / f"{number:02d}.png")
        picture.convert("RGB").save(references[-1])
    given = task.settings.references
    adapter = None
    if not given.is_native:
        name = resolve_adapter(task.models.located(given.adapter, is_adapter=True))
        adapter = locate_adapter(name, model.family.name, task.models.revisions)
        if (adapter.encoder / TOWER).is_file():
            raise StudioError(
                "An image adapter that reads a vision model of the studio works in the studio alone: other "
                "programs have no such image encoder."
            )
    made = reference_workflow(
        model.family, _order(task, model), given, adapter, [path.name for path in references]
    )
    if made is not None:
        (out / WORKFLOW).write_text(json.dumps(made, indent=2, ensure_ascii=False), encoding="utf-8")
    shown = save_shown(task, pictures, out)
    card = _card(task, _Written(model, references, adapter, made is not None))
    rows = "\n".join(f"| ![]({one.path}) | {markdown(one.prompt)} | {one.seed} |" for one in shown)
    request = _request(task, model, references, adapter)
    del model
    task.models.release_image_model()  # there may be memory for one alone
    checked = yield from check_exported([request], pictures)
    table = f"| image | prompt | seed |\n|---|---|---|\n{rows}\n"
    (out / CARD).write_text(card + table + checked_section(checked), encoding="utf-8")
    give_usual_modes(out)
    return checked


def _draw(task: ExportTask, model: ImageModel) -> Generator[Progress, None, list[Image.Image]]:
    with drawing(model) as ready, given_references(task, ready) as references:
        return (
            yield from collected(draw(ready, task.requests, _settings(task), references), len(task.requests))
        )


def _settings(task: ExportTask) -> GenerationSettings:
    """As the round's pictures are drawn, but one by one and guided in every step, as the card's code does."""
    return task.settings.generation.updated({"guidance_start": 0.0, "guidance_end": 1.0, "batch_size": 1})


def _order(task: ExportTask, model: ImageModel) -> WorkflowOrder:
    settings = task.settings.generation
    side = settings.resolution or model.resolution
    return WorkflowOrder("", public_name(task.project.base_model), task.requests[0], settings, side)


def _request(
    task: ExportTask, model: ImageModel, references: Sequence[Path], adapter: AdapterFiles | None
) -> StockRequest:
    """What the stock pipeline is to draw with the references."""
    given = task.settings.references
    weights, encoder = (str(adapter.weights), str(adapter.encoder)) if adapter else ("", "")
    pictures = [str(path) for path in references]
    own = GivenReferences(pictures, weights, encoder, given.strength, given.several)
    return stock_request(task, model, _settings(task), layers=0, given=own)


def _card(task: ExportTask, written: _Written) -> str:
    base = public_name(task.project.base_model)
    how = "\n".join(_code(task, written))
    comfy = _COMFY[written.adapter is None] if written.workflow else ""
    return (
        f"# {markdown(task.title)}\n\nGenerated by {base} with the images in `{FOLDER}`, without training: "
        f"there are no weights here.\n\n## Use\n\n```python\n{how}\n```\n{comfy}\n## Images\n\n"
    )


_COMFY = {
    False: "\nComfyUI: install the nodes of ComfyUI_IPAdapter_plus, put the images into `input`, open "
    f"`{WORKFLOW}`, and choose your files in its loaders.\n",
    True: f"\nComfyUI: put the images into `input`, open `{WORKFLOW}`, and choose your files in its "
    "loaders.\n",
}


def _code(task: ExportTask, written: _Written) -> list[str]:
    """Lines of Python that draw the first of the checked pictures."""
    family, given = written.model.family, task.settings.references
    names = [path.name for path in written.references]
    lines = opening_lines(public_name(task.project.base_model), family)
    lines += [
        "from PIL import Image",
        f"references = [Image.open(f'{FOLDER}/{{name}}') for name in {names!r}]",
    ]
    passed = "image=references"
    if written.adapter is not None:
        passed = "ip_adapter_image=[references]"
        lines += _adapter_lines(given.strength, written.adapter)
        if given.several == "average":
            lines += [
                "pipeline.unet.encoder_hid_proj.register_forward_hook(",
                "    lambda module, given, tokens: [each.mean(1, keepdim=True) for each in tokens]",
                ")",
            ]
    side = task.settings.generation.resolution or written.model.resolution
    size = f" height={side}, width={side}, {passed},"
    return [*lines, *drawing_lines(family, task.requests[0], task.settings.generation, size)]


def _adapter_lines(strength: float, adapter: AdapterFiles) -> list[str]:
    """Lines that load the adapter, from the hub or from a folder of the reader's."""
    parts = adapter.weights.parts
    place, inside = "THE FOLDER OF THE IMAGE ADAPTER", ""
    encoder = "THE FOLDER OF THE IMAGE ENCODER"
    if "snapshots" in parts and adapter.encoder.is_relative_to(
        root := Path(*parts[: parts.index("snapshots") + 2])
    ):
        place = root.parts[-3].removeprefix("models--").replace("--", "/")
        inside = adapter.weights.parent.relative_to(root).as_posix()
        encoder = adapter.encoder.relative_to(root).as_posix()
    return [
        "pipeline.load_ip_adapter(",
        f"    {place!r}, subfolder={inside!r}, weight_name={adapter.weights.name!r},",
        f"    image_encoder_folder={encoder!r},",
        ")",
        f"pipeline.set_ip_adapter_scale({strength})",
    ]


def reference_workflow(
    family: Family,
    order: WorkflowOrder,
    given: ReferenceSettings,
    adapter: AdapterFiles | None,
    pictures: Sequence[str],
) -> Workflow | None:
    """The workflow for a family; None for one that ComfyUI does not know.

    An adapter needs the nodes of ComfyUI_IPAdapter_plus. Without one, the pictures' latents are read by the
    model itself.
    """
    made = workflow(family, order)
    if made is None:
        return None
    model = made.pop("lora")["inputs"]["model"]
    loaded = {f"image {number}": node("LoadImage", image=name) for number, name in enumerate(pictures, 1)}
    if adapter is None:
        _relink(made, ["lora", 0], model)
        return {**made, **loaded, **_natively(made, list(loaded))}
    _relink(made, ["lora", 0], ["references", 0])
    batches, image = _batched(list(loaded))
    return {
        **made,
        **loaded,
        **batches,
        "adapter": node("IPAdapterModelLoader", ipadapter_file=adapter.weights.name),
        "encoder": node("CLIPVisionLoader", clip_name=_vision_file(adapter.encoder)),
        "references": node(
            "IPAdapterAdvanced",
            model=model, ipadapter=["adapter", 0], image=image, clip_vision=["encoder", 0],
            weight=given.strength, weight_type="linear", start_at=0.0, end_at=1.0, embeds_scaling="V only",
            combine_embeds="average" if given.several == "average" else "concat",
        ),
    }  # fmt: skip


def _vision_file(encoder: Path) -> str:
    """ComfyUI's file of an image encoder, by the width that its configuration states: ViT-H or ViT-bigG."""
    width = read_json(encoder / "config.json").get("hidden_size", 0)
    if width >= _WIDTH_OF_BIGG:
        return "CLIP-ViT-bigG-14-laion2B-39B-b160k.safetensors"
    return "CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors"


def _batched(names: Sequence[str]) -> tuple[Workflow, list[Any]]:
    """Nodes that put the pictures into one batch, and the link to it."""
    nodes: Workflow = {}
    last: list[Any] = [names[0], 0]
    for name in names[1:]:
        key = f"with {name}"
        nodes[key] = node("ImageBatch", image1=last, image2=[name, 0])
        last = [key, 0]
    return nodes, last


def _natively(made: Workflow, names: Sequence[str]) -> Workflow:
    """Nodes that add each picture's latent to both conditionings, which the guider then takes."""
    nodes: Workflow = {}
    ends: dict[str, list[Any]] = {"prompt": ["prompt", 0], "nothing": ["nothing", 0]}
    for name in names:
        nodes[f"latent of {name}"] = node("VAEEncode", pixels=[name, 0], vae=["vae", 0])
        for text in ends:
            key = f"{text} with {name}"
            nodes[key] = node("ReferenceLatent", conditioning=ends[text], latent=[f"latent of {name}", 0])
            ends[text] = [key, 0]
    for text, end in ends.items():
        _relink(made, [text, 0], end)
    return nodes


def _relink(made: Workflow, old: list[Any], new: list[Any]) -> None:
    for one in made.values():
        one["inputs"] = {name: new if value == old else value for name, value in one["inputs"].items()}
