"""A ComfyUI workflow that draws with reference pictures and no LoRA."""

from collections.abc import Sequence
from typing import Any

from gal_studio.core.settings import ReferenceSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.models.adapter_files import AdapterFiles
from gal_studio.worker.export.workflow import Workflow, WorkflowOrder, node, workflow


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
        "encoder": node("CLIPVisionLoader", clip_name="CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors"),
        "references": node(
            "IPAdapterAdvanced",
            model=model, ipadapter=["adapter", 0], image=image, clip_vision=["encoder", 0],
            weight=given.strength, weight_type="linear", start_at=0.0, end_at=1.0, embeds_scaling="V only",
            combine_embeds="average" if given.several == "average" else "concat",
        ),
    }  # fmt: skip


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
