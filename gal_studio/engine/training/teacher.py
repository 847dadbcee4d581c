"""The first round as a teacher: its LoRA's prediction is the target of accepted pictures (Eq. G24).

It is drawn with the model that is trained, whose own LoRA is left out meanwhile, so that a teacher costs a
LoRA's memory and a forward of the taught rows.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import torch
from torch.nn import functional

from gal_studio.core.denoising import Denoising
from gal_studio.core.recipe import Recipe
from gal_studio.engine.families.family import family_solver
from gal_studio.engine.models.adapters import read_adapter
from gal_studio.engine.models.factors import Change, Factors, read_changes
from gal_studio.engine.models.image_model import ImageModel


@dataclass(frozen=True)
class Teacher:
    """The LoRA of a first round, and its strength over the denoising steps in which it drew."""

    adapter: Path
    recipe: Recipe
    steps: Denoising

    @property
    def fingerprint(self) -> bytes:
        """What a training with it depends on."""
        content = hashlib.sha256(self.adapter.read_bytes()).hexdigest()
        when = "" if self.recipe.is_constant else astuple(self.steps)
        return f"teacher {content} {astuple(self.recipe)} {when}".encode()

    def switch(self, model: ImageModel) -> float:
        """The share of times above which its strength is the early one (Eq. G13).

        The first late step begins there; 1 for a constant strength.
        """
        if self.recipe.is_constant:
            return 1.0
        solver = family_solver(model.family, self.steps, model.resolution, model.device)
        begins = solver.timesteps[self.recipe.first_late(self.steps)]
        return float(model.family.process().share(begins.float().cpu()))


class TeacherLayers:
    """A teacher's LoRA or LoKr beside the layers that it changes (Eq. G24)."""

    def __init__(self, model: ImageModel, adapter: Path) -> None:
        """Read the teacher; call it once what is trained is attached."""
        self._model = model
        tensors, _ = read_adapter(adapter)
        self._changes = {
            name: change.on(model.device) for name, change in read_changes(tensors, model.family.part).items()
        }

    @contextmanager
    def instead(self, strengths: torch.Tensor) -> Iterator[None]:
        """Within the context the denoiser is the teacher with these strengths (n,) of the rows."""
        denoiser = self._model.denoiser
        with ExitStack() as stack:
            if self._model.machine.compile:  # compiled code does not know of the teacher
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            denoiser.disable_adapters()
            stack.callback(denoiser.enable_adapters)
            for name, change in self._changes.items():
                layer = denoiser.get_submodule(name)
                layer = getattr(layer, "base_layer", layer)
                stack.enter_context(_hook(layer, _added(change, strengths)))
            yield


@contextmanager
def _hook(layer: torch.nn.Module, hook: "_Hook") -> Iterator[None]:
    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


_Hook = Callable[[torch.nn.Module, tuple[torch.Tensor, ...], torch.Tensor], torch.Tensor]


def _added(change: Change, strengths: torch.Tensor) -> _Hook:
    """Add what a change makes of a layer's inputs to its outputs (m, ...), m/n of them for each row."""

    def add(layer: torch.nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        of_rows = strengths.repeat_interleave(len(output) // len(strengths))
        shaped = of_rows.view(-1, *[1] * (output.ndim - 1))
        return output + (shaped * _changed(layer, given[0], change)).to(output.dtype)

    return add


def _changed(layer: torch.nn.Module, inputs: torch.Tensor, change: Change) -> torch.Tensor:
    """The inputs through a change in place of the layer's weight."""
    if isinstance(change, Factors):
        down, up = change.down.to(inputs.dtype), change.up.to(inputs.dtype)
    else:
        weight = change.change
        down, up = weight.view(weight.shape[0], *_kernel(layer, inputs)).to(inputs.dtype), None
    if not isinstance(layer, torch.nn.Conv2d):
        made = functional.linear(inputs, down.flatten(1))
        return made if up is None else functional.linear(made, up.flatten(1))
    made = functional.conv2d(inputs, down, None, layer.stride, layer.padding, layer.dilation)
    return made if up is None else functional.conv2d(made, up)


def _kernel(layer: torch.nn.Module, inputs: torch.Tensor) -> tuple[int, ...]:
    """The sizes of a weight behind its outputs."""
    if isinstance(layer, torch.nn.Conv2d):
        return (inputs.shape[1], *layer.kernel_size)
    return (inputs.shape[-1],)
