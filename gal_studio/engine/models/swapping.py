"""Blocks of a denoiser that wait in main memory, each on the device only while it computes.

Base weights are frozen, so that they go to the device and never back. Diffusers' group offloading takes
trained weights along, and those that the backward pass needs away. Here a trained weight stays on the device,
and the backward pass keeps the copies that it needs, with checkpointing those of one block. Results have the
same bits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

_SWAP = "_gal_studio_swap"
Copies = dict[str, torch.Tensor]
_Arrived = tuple[Copies, torch.cuda.Event | None]


def swapped_blocks(denoiser: torch.nn.Module) -> list[torch.nn.Module]:
    """The blocks that can wait: those that a transformer runs one after another, in lists of its own.

    Of a convolutional one none: its blocks are few, and the largest is half of it. Text encoders have theirs
    further in.
    """
    if hasattr(denoiser, "down_blocks"):
        return []
    own = [child for child in denoiser.children() if isinstance(child, torch.nn.ModuleList)]
    further = (block for child in denoiser.children() for block in swapped_blocks(child))
    return [block for blocks in own for block in blocks] or list(further)


def swap_of(denoiser: Any) -> "BlockSwap | None":
    """The swap of a denoiser whose blocks wait; None for one that is on its device as a whole."""
    found: BlockSwap | None = getattr(denoiser, _SWAP, None)
    return found


class BlockSwap:
    """Gives each block of a denoiser its weights while it runs, and sends for those of the next.

    On CUDA they are copied in a stream of their own, from page-locked memory where the system grants it.
    `fetched` counts the blocks that came to the device, `most` those that were there or on the way at a time.
    """

    def __init__(self, denoiser: torch.nn.Module, device: torch.device) -> None:
        self.device, self._denoiser, self._blocks = device, denoiser, swapped_blocks(denoiser)
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._coming: dict[int, _Arrived] = {}
        self._last, self.fetched, self.most, self._here = -1, 0, 0, 0
        for place, block in enumerate(self._blocks):
            block.forward = self._swapping(place, block.forward)  # type: ignore[method-assign]
        denoiser.register_forward_pre_hook(self._begin)
        object.__setattr__(denoiser, _SWAP, self)

    def _begin(self, *_: Any) -> None:
        """Nothing is on the way to a call of the denoiser: its weights may have changed."""
        self._coming.clear()
        self._last = -1

    def settle(self) -> None:
        """Put the frozen weights of the blocks into main memory, and all others on the device."""
        self._begin()
        waiting = {id(module) for block in self._blocks for module in block.modules()}
        for module in self._denoiser.modules():
            for name, weight in module._parameters.items():
                if weight is not None and id(module) in waiting and not weight.requires_grad:
                    module._parameters[name] = _frozen(self._at_rest(weight))
                elif weight is not None:
                    weight.data = weight.data.to(self.device)
            for name, buffer in module._buffers.items():
                module._buffers[name] = None if buffer is None else buffer.to(self.device)

    def _at_rest(self, weight: torch.Tensor) -> torch.Tensor:
        """A weight in main memory, page-locked for CUDA; not where the system has no more of that."""
        here = weight.detach().to("cpu")
        if self._stream is None:
            return here
        try:
            return _changed(here, lambda part: part if part.is_pinned() else part.pin_memory())
        except RuntimeError:
            return here

    def _swapping(self, place: int, forward: Callable[..., Any]) -> Callable[..., Any]:
        def run(*inputs: Any, **named: Any) -> Any:
            with self._on_device(place):
                return forward(*inputs, **named)

        return run

    @contextmanager
    def _on_device(self, place: int) -> Iterator[None]:
        """Have the weights of a block on the device, and those of the one that follows on the way."""
        copies, event = self._coming.pop(place) if place in self._coming else self._sent(place)
        self._send_for_the_next(place)
        self.fetched, self._here = self.fetched + 1, self._here + 1
        self.most = max(self.most, self._here + len(self._coming))
        if event is not None:
            now = torch.cuda.current_stream(self.device)
            now.wait_event(event)
            for copy in copies.values():
                _used_in(copy, now)
        waiting = _waiting(self._blocks[place])
        try:
            for name, (module, own, _) in waiting.items():
                module._parameters[own] = _frozen(copies[name])
            yield
        finally:  # also where checkpointing stops a block that it computes again
            for module, own, weight in waiting.values():
                module._parameters[own] = weight
            self._here -= 1

    def _send_for_the_next(self, place: int) -> None:
        """Blocks come in their order, and from behind where their activations are computed again."""
        following = place - 1 if place <= self._last else place + 1
        self._last = place
        self._coming = {of: sent for of, sent in self._coming.items() if of == following}
        if 0 <= following < len(self._blocks) and not self._coming:
            self._coming[following] = self._sent(following)

    def _sent(self, place: int) -> _Arrived:
        """Copies of a block's frozen weights on the device, and what tells that they have arrived."""
        weights = {name: weight.detach() for name, (_, _, weight) in _waiting(self._blocks[place]).items()}
        if self._stream is None:
            return {name: _changed(weight, self._copy) for name, weight in weights.items()}, None
        with torch.cuda.stream(self._stream):
            copies = {name: _changed(weight, self._copy) for name, weight in weights.items()}
            return copies, self._stream.record_event()

    def _copy(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(self.device, non_blocking=self._stream is not None, copy=True)


def _waiting(block: torch.nn.Module) -> dict[str, tuple[torch.nn.Module, str, torch.nn.Parameter]]:
    """The frozen weights of a block: by name the module, what it calls them, and the weight."""
    return {
        f"{path}.{name}": (module, name, weight)
        for path, module in block.named_modules()
        for name, weight in module._parameters.items()
        if weight is not None and not weight.requires_grad
    }


def _frozen(tensor: torch.Tensor) -> torch.nn.Parameter:
    return torch.nn.Parameter(tensor, requires_grad=False)


def beside(tensor: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """A tensor in the place of a weight: on its device, and page-locked if that is."""
    moved = tensor.to(weight.device)
    return moved.pin_memory() if weight.is_pinned() and not moved.is_pinned() else moved


def _changed(tensor: torch.Tensor, change: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """A tensor changed so; one of 8-bit integers is made of others, each of which is changed."""
    if not hasattr(tensor, "__tensor_flatten__"):
        return change(tensor)
    names, rest = tensor.__tensor_flatten__()
    parts = {name: _changed(getattr(tensor, name), change) for name in names}
    made: torch.Tensor = type(tensor).__tensor_unflatten__(parts, rest, tensor.size(), tensor.stride())
    return made


def _used_in(tensor: torch.Tensor, stream: torch.cuda.Stream) -> None:
    """Keep the memory of a tensor until this stream is done with it."""

    def record(part: torch.Tensor) -> torch.Tensor:
        part.record_stream(stream)
        return part

    _changed(tensor, record)
