"""Adapters: attach a LoRA or a LoKr (or make the whole denoiser trainable), save, load and detach it."""

import json
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from gal_studio.causes import refused
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.factors import FIRST, HALVES, SECOND, Factors, read_changes
from gal_studio.engine.models.image_model import ImageModel, no_change
from gal_studio.engine.models.swapping import beside
from gal_studio.engine.saving import opened_tensors, save_tensors

Shapes = Mapping[str, tuple[int, ...]]
_DRAWN = (".lora_A.", f"{FIRST}.", ".lokr_w2_a.")
CARD = "gal_studio"
PEFT_CONFIGURATION = "lora_adapter_metadata"  # the key that diffusers reads


@dataclass(frozen=True)
class AdapterCard:
    """An adapter's description, stored in the header of its file; `kind` is what its project learns."""

    trigger_word: str
    base_model: str
    round: int
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    method: str = "lora"
    kind: str = ""


def attach_lora(
    model: ImageModel, settings: TuneSettings, generator: torch.Generator, also: Collection[str] = ()
) -> None:
    """Add a new float32 LoRA or LoKr, whose initial effect is none.

    Of a LoRA A is drawn from `generator` and B is zero; of a LoKr the second matrix is zero, or its second
    half, and the rest is drawn, as in LyCORIS. It changes the layers of the target, and those named by `also`
    that no target has.
    """
    detach(model)
    wanted = model.lora_layers(settings.target)
    known = targeted_layers(model.denoiser, [*wanted, *model.lora_layers("all")])
    beyond = set(also) - known.keys()
    layers = [*wanted, *sorted(beyond)]
    _add(model, peft_configuration(layers, settings.rank, factor_of(settings)))
    with torch.no_grad():
        for name, weight in trainable(model).items():
            weight.data = weight.data.float()
            if any(drawn in name for drawn in _DRAWN):
                drawn = torch.empty(weight.shape)
                torch.nn.init.kaiming_uniform_(drawn, a=math.sqrt(5), generator=generator)
                weight.copy_(drawn)
            else:
                weight.zero_()


def factor_of(settings: TuneSettings) -> int:
    """The factor of a LoKr; 0 for a LoRA."""
    return settings.lokr_factor if settings.method == "lokr" else 0


def attach_layers(model: ImageModel, rank: int, layers: list[str]) -> None:
    """Add a float32 LoRA of this rank, all zeros, to these layers alone."""
    detach(model)
    _add(model, peft_configuration(layers, rank))
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.data = weight.data.float().zero_()


def attach_tensors(
    model: ImageModel, tensors: Mapping[str, torch.Tensor], configuration: Mapping[str, Any], scale: float
) -> None:
    """Attach a saved LoRA or LoKr of this configuration, whose product is multiplied by `scale`.

    The base weights do not change.
    """
    layers = read_changes(tensors, model.family.part)
    one = next(iter(layers.values()))
    rank = one.rank if isinstance(one, Factors) else configuration["r"]
    _add(model, peft_configuration(sorted(layers), rank, configuration.get("decompose_factor", 0)))
    prefix = f"{model.family.part}."
    for name, weight in trainable(model).items():
        weight.data = tensors[prefix + _in_files(name)].to(model.device, torch.float32)
    for name, scaled in attached_scales(model, tensors, scale).items():
        model.denoiser.get_parameter(name).data = scaled
    model.denoiser.requires_grad_(False)


def attached_scales(
    model: ImageModel, tensors: Mapping[str, torch.Tensor], scale: float
) -> dict[str, torch.Tensor]:
    """The factors of a saved LoRA or LoKr that carry its strength, times `scale`.

    They are by the names of the attached weights that they replace: B of a LoRA, the first matrix of a LoKr.
    """
    made = {}
    for layer, one in read_changes(tensors, model.family.part).items():
        scaled = one.times(scale)
        if isinstance(scaled, Factors):
            made[f"{layer}.lora_B.default.weight"] = scaled.up.to(model.device, torch.float32)
        else:
            made[f"{layer}{FIRST}.default"] = scaled.first.to(model.device, torch.float32)
    return made


def _in_files(name: str) -> str:
    """An attached weight's name as it is saved: without that of the adapter."""
    return f"{name}.".replace(".default.", ".").removesuffix(".")


def peft_configuration(layers: list[str], rank: int, lokr_factor: int = 0) -> Any:
    """A LoRA of these layers, or with a factor a LoKr, whose alpha is its rank."""
    from peft import LoKrConfig, LoraConfig

    if lokr_factor:
        return LoKrConfig(r=rank, alpha=rank, decompose_factor=lokr_factor, target_modules=layers)
    return LoraConfig(r=rank, lora_alpha=rank, target_modules=layers)


def lokr_shapes(layer: torch.nn.Module, rank: int, factor: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a LoKr's tensors of a layer, by the ends of their names.

    Its two matrices multiply to the layer's; the second is in two halves if the rank is below half its side.
    """
    from peft.tuners.lokr.layer import factorization

    out, inputs, *kernel = tuple(layer.weight.shape)  # type: ignore[arg-type]
    (out_1, out_2), (in_1, in_2) = factorization(out, factor), factorization(inputs, factor)
    first = {FIRST: (out_1, in_1)}
    if rank >= max(out_2, in_2) / 2:
        return {**first, SECOND: (out_2, in_2, *kernel)}
    halves = (out_2, rank), (rank, in_2 * math.prod(kernel))
    return first | {f"{SECOND}{half}": shape for half, shape in zip(HALVES, halves, strict=True)}


def _add(model: ImageModel, configuration: Any) -> None:
    """Add an adapter, whose weights are to be replaced."""
    # peft draws its weights from the global generator
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TorchaoLoraLinear")  # of merging, which is not done
        model.denoiser.add_adapter(configuration)
    model.denoiser.eval()  # a LoKr that trains asks the global generator whether to be left out
    for weight in trainable(model).values():  # of a block that waits, it is made in main memory
        weight.data = weight.data.to(model.device)


def attach_full(model: ImageModel) -> None:
    """Make the whole denoiser trainable in float32, and keep a copy of the base weights."""
    detach(model)
    for name, weight in model.denoiser.named_parameters():
        replace_weight(model, name, weight.data.to(torch.float32, copy=True))
    model.denoiser.requires_grad_(True)


def trainable(model: ImageModel) -> dict[str, torch.nn.Parameter]:
    """The trainable weights of the denoiser, by name."""
    return {name: weight for name, weight in model.denoiser.named_parameters() if weight.requires_grad}


def has_lora(model: ImageModel) -> bool:
    """Whether a LoRA is attached to the denoiser."""
    return bool(getattr(model.denoiser, "peft_config", None))


def detach(model: ImageModel) -> None:
    """Remove what was attached or fused, and restore the base weights exactly."""
    model.before_step, model.solver = no_change, "own"
    if has_lora(model):
        model.denoiser.unload_lora()
    if model.kept is not None:
        for name, base in model.kept.items():
            weight = model.denoiser.get_parameter(name)
            weight.data = base.to(weight.device)
        model.kept = None
    model.denoiser.requires_grad_(False)


def replace_weight(model: ImageModel, name: str, tensor: torch.Tensor) -> None:
    """Put a tensor in place of a weight, where that is, and keep the base weight in main memory."""
    weight = model.denoiser.get_parameter(name)
    model.kept = {} if model.kept is None else model.kept
    if name not in model.kept:
        model.kept[name] = weight.data.to("cpu")
    weight.data = beside(tensor, weight)


def save_adapter(model: ImageModel, path: Path, card: AdapterCard) -> Path:
    """Save the attached adapter as safetensors: a LoRA in diffusers' format, or the whole denoiser."""
    header = {"format": "pt", CARD: json.dumps(asdict(card), sort_keys=True)}
    if has_lora(model):
        header[PEFT_CONFIGURATION] = json.dumps(_lora_configuration(model), sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_tensors(adapter_tensors(model), path, header)
    order_header(path)
    return path


def order_header(path: Path, changed: Mapping[str, str] | None = None) -> None:
    """Sort the header's metadata, which safetensors writes in random order, so that equal adapters are equal
    files with the same hash in the store. `changed` replaces values by others that are no longer.
    """
    with path.open("r+b") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        header["__metadata__"] = dict(sorted({**header["__metadata__"], **(changed or {})}.items()))
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        if len(text) > length:
            raise ValueError(f"the sorted header of {path.name} is longer than the original")
        file.seek(8)
        file.write(text.ljust(length))


def adapter_tensors(model: ImageModel) -> dict[str, torch.Tensor]:
    """The attached weights on the CPU, by their names in the file: of the LoRA, or of the whole denoiser."""
    from peft.utils import get_peft_model_state_dict

    if has_lora(model):
        attached = get_peft_model_state_dict(model.denoiser)
        tensors = {f"{model.family.part}.{name}": weight for name, weight in attached.items()}
    else:
        tensors = model.denoiser.state_dict()
    return {name: weight.detach().contiguous().cpu() for name, weight in tensors.items()}


def _lora_configuration(model: ImageModel) -> dict[str, Any]:
    configuration = model.denoiser.peft_config["default"].to_dict()
    for name, value in configuration.items():
        if isinstance(value, set):
            configuration[name] = sorted(value)
    return {f"{model.family.part}.{name}": value for name, value in configuration.items()}


def read_adapter(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Read a saved adapter's tensors and header."""
    from safetensors import SafetensorError

    try:
        with opened_tensors(path) as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            header = file.metadata() or {}
        if not all(tensor.is_floating_point() and tensor.isfinite().all() for tensor in tensors.values()):
            raise ValueError("a weight is not a finite number")
    except (OSError, SafetensorError, ValueError, KeyError, AttributeError) as error:
        known = refused(Path(path), error, "LoRA of this round") if isinstance(error, OSError) else ""
        raise StudioError(
            known or f"The LoRA of this round is missing or damaged: train it again (file {Path(path).name})."
        ) from error
    return tensors, header


def layers_in(path: Path, part: str) -> list[str]:
    """The layers that a saved LoRA or LoKr changes; none of a whole denoiser."""
    return sorted(read_changes(read_adapter(path)[0], part))


def load_into(model: ImageModel, path: Path) -> None:
    """Load saved weights into the attached adapter, to continue from the last round.

    A LoRA of fewer layers or of a smaller rank fills a part of it; what is beyond changes nothing yet.
    """
    tensors, _ = read_adapter(path)
    if not has_lora(model):
        _copy_into(dict(model.denoiser.named_parameters()), tensors, path)
        return
    saved = {name.removeprefix(f"{model.family.part}."): weight for name, weight in tensors.items()}
    plain = {_in_files(name): weight for name, weight in trainable(model).items()}
    _copy_into(plain, _enlarged(saved, plain), path)


def _enlarged(
    saved: Mapping[str, torch.Tensor], attached: Mapping[str, torch.nn.Parameter]
) -> dict[str, torch.Tensor]:
    """The factors of a smaller LoRA, in the sizes of a new one whose upper factors are 0."""
    made = dict(saved)
    if any(FIRST in name for name in (*saved, *attached)):  # its parts have no rank in common
        return made
    for name, weight in attached.items():
        whole, part = weight.detach().clone(), saved.get(name)
        axis = 0 if ".lora_A." in name else 1
        if part is None:
            made[name] = whole
        elif _without(part, axis) == _without(whole, axis) and part.shape[axis] < whole.shape[axis]:
            whole.narrow(axis, 0, part.shape[axis]).copy_(part)
            made[name] = whole
    return made


def _without(tensor: torch.Tensor, axis: int) -> tuple[int, ...]:
    """The sizes of a tensor along its other axes."""
    return tuple(size for place, size in enumerate(tensor.shape) if place != axis)


def targeted_layers(denoiser: torch.nn.Module, targets: Collection[str]) -> dict[str, torch.nn.Module]:
    """The layers that get a LoRA, by name: linear and convolutional ones of these names or suffixes."""
    return {
        name: layer
        for name, layer in denoiser.named_modules()
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d)
        and any(name == target or name.endswith(f".{target}") for target in targets)
    }


def shapes(tensors: Mapping[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    """The shapes of tensors, by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def differing_tensors(expected: Shapes, given: Shapes) -> str:
    """How a file's tensors differ from the expected ones, by name and shape; empty if they do not."""
    both = expected.keys() & given.keys()
    parts = {
        "lacks": expected.keys() - given.keys(),
        "has besides": given.keys() - expected.keys(),
        "has in another shape": {name for name in both if expected[name] != given[name]},
    }
    return ", ".join(f"{what} {min(names)}{_more(names)}" for what, names in parts.items() if names)


def _more(names: Collection[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _copy_into(weights: Mapping[str, torch.Tensor], saved: Mapping[str, torch.Tensor], path: Path) -> None:
    if difference := differing_tensors(shapes(weights), shapes(saved)):
        raise StudioError(
            f"The adapter {Path(path).name} does not match the settings (it {difference}): keep its method, "
            "target and rank, or start from the base model."
        )
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(saved[name])
