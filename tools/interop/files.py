"""LoRAs and LoKrs of tiny models in every format, and what each layer adds to the model's weights."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.registry import forms_of
from gal_studio.core.settings import Method, Target, TuneSettings
from gal_studio.engine.families.lora_names import LoraNames
from gal_studio.engine.loras.foreign_names import changeable
from gal_studio.engine.loras.layers import named_tensors, read_trained
from gal_studio.engine.models.adapters import (
    AdapterCard,
    attach_lora,
    detach,
    read_adapter,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.features.exports.engine.header import Facts, header_of, largest_rank, save_with_header
from tests.engine.original_names import original_unet
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import (
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_krea,
    make_tiny_qwen_image,
    make_tiny_z_image,
)

FAMILIES: Mapping[str, Callable[[Path], Path]] = {
    "sd1": make_tiny_pipeline,
    "sdxl": make_tiny_xl_pipeline,
    "flux2-klein": make_tiny_klein,
    "z-image": make_tiny_z_image,
    "krea-2": make_tiny_krea,
    "qwen-image-2.1": make_tiny_qwen_image,
    "anima": make_tiny_anima,
}
Changes = Mapping[str, torch.Tensor]
_ORIGINAL = ExportForm("original", "", "", original_names=True)
_FACTS = Facts(
    title="Cat", output_name="cat", trigger="ink", base_model="owner/base", base_sha256="ab" * 32, round=1,
    seed=7, resolution=64, steps=1, tune=TuneSettings(rank=2), tags={"ink": 1}, date="2026-01-01",
    version="1", licence="", thumbnail="", card="{}",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """A file, and what it adds to each layer: as diffusers names these, and as the original code does.

    `model` is what it was made for, on the CPU.
    """

    family: str
    form: str
    file: Path
    model: ImageModel
    changes: Changes
    original: Changes

    def zeros(self, is_original: bool) -> torch.nn.Module:
        """A module with all changed layers, whose weights are 0, under the names of diffusers or others."""
        return tree(self.original if is_original else self.changes)


def exported(
    folder: Path, families: list[str], target: Target = "all", method: Method = "lora"
) -> Iterator[Exported]:
    """Every family in every format of the method, whether it is offered or not."""
    for family in families:
        model = load_image_model(FAMILIES[family](folder / family), device="cpu")
        generator = torch.Generator().manual_seed(0)
        tune = TuneSettings(rank=2, target=target, method=method, lokr_factor=4)
        attach_lora(model, tune, generator)
        with torch.no_grad():
            for weight in trainable(model).values():
                weight.copy_(torch.randn(weight.shape, generator=generator))
        path = save_adapter(model, folder / f"{family}.safetensors", AdapterCard("ink", "owner/base", 1, 7))
        detach(model)
        names, part = model.family.lora_names, model.family.part
        layers = read_trained(path, part)
        shapes = {name: layer.weight.shape for name, layer in changeable(model.denoiser).items()}
        changes = {layer: one.change.reshape(shapes[layer]) for layer, one in layers.items()}
        for form in forms_of(method):
            tensors = named_tensors(layers, part, names, form)
            file = folder / f"{family}-{form.name}.safetensors"
            header = header_of(_FACTS, names, form, read_adapter(path)[1], largest_rank(tensors))
            save_with_header(tensors, file, header)
            if part == "unet":
                config = model.denoiser.config
                state = {f"{layer}.weight": change for layer, change in changes.items()}
                named = original_unet(state, config.layers_per_block, len(config.block_out_channels))
                original = {name.removesuffix(".weight"): change for name, change in named.items()}
            else:
                original = _joined(changes, names)
            yield Exported(family, form.name, file, model, changes, original)


def _joined(changes: Changes, names: LoraNames) -> Changes:
    """The changes by the original names, where several layers may be the outputs of one."""
    parts: dict[str, dict[int, torch.Tensor]] = {}
    for layer, change in changes.items():
        place = names.layer(layer, _ORIGINAL)
        parts.setdefault(place.name, {})[place.part] = change
    return {name: torch.cat([found[part] for part in sorted(found)]) for name, found in parts.items()}


def tree(changes: Changes, block: str = "Block") -> torch.nn.Module:
    """Modules under these names, whose layers have weights of 0; numbered ones are of the class `block`."""
    root = torch.nn.Module()
    kind: type[torch.nn.Module] = type(block, (torch.nn.Module,), {})
    for name, change in changes.items():
        *above, last = name.split(".")
        parent = root
        for part in above:
            if part not in parent._modules:
                parent.add_module(part, kind() if part.isdigit() else torch.nn.Module())
            parent = parent._modules[part]  # type: ignore[assignment]
        parent.add_module(last, _layer(change))
    return root


def _layer(change: torch.Tensor) -> torch.nn.Module:
    outputs, inputs, *kernel = change.shape
    made: torch.nn.Module = (
        torch.nn.Conv2d(inputs, outputs, kernel, bias=False)  # type: ignore[arg-type]
        if kernel
        else torch.nn.Linear(inputs, outputs, bias=False)
    )
    torch.nn.init.zeros_(made.weight)  # type: ignore[arg-type]
    return made
