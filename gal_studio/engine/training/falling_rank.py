"""A rank that falls as the noise rises, known as T-LoRA (arXiv 2507.05964).

Training on a few pictures overfits at high noise, where it is decided what is shown. There fewer of the
LoRA's ranks are trained; what it ends with is an ordinary LoRA.
"""

import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import NoiseProcess
from gal_studio.engine.models.adapters import has_lora
from gal_studio.engine.models.image_model import ImageModel

DOWN = ".lora_A.default"


class FallingRank:
    """Lets each row of a batch use the ranks of its noise alone; `at` tells the times of the next rows.

    With a ratio of noise to picture n, and s = n / (1 + n), a LoRA of rank r has round(l + (r - l)(1 - s))
    ranks, from r at the picture to `lowest` = l at pure noise. It lasts until the LoRA is detached.
    """

    def __init__(self, model: ImageModel, rank: int, lowest: int) -> None:
        self._process = model.family.process()
        self._ends = rank_ends(self._process, rank, lowest).to(model.device)
        self._used = torch.ones(1, rank, device=model.device)
        for name, layer in model.denoiser.named_modules():
            if name.endswith(DOWN):
                layer.register_forward_hook(self._masked)

    def at(self, times: torch.Tensor) -> None:
        """The rows of the next forward, and of what its backward computes again, have these times (n,)."""
        self._used = (self._process.share(times)[:, None] < self._ends).float()

    def _masked(self, layer: torch.nn.Module, given: object, down: torch.Tensor) -> torch.Tensor:
        """The outputs (m, ..., r) of a linear layer, or (m, r, h, w), with m/n of them for each row."""
        used = self._used.repeat_interleave(len(down) // len(self._used), 0).to(down.dtype)
        inner = [1] * (down.ndim - 2)
        is_image = isinstance(layer, torch.nn.Conv2d)
        return down * (used.view(*used.shape, *inner) if is_image else used.view(len(used), *inner, -1))


def falling_rank(model: ImageModel, settings: TuneSettings) -> FallingRank | None:
    """What the settings ask for of the attached LoRA; None if its rank is the same at all noise."""
    if settings.method == "lokr" or not (0 < settings.lowest_rank < settings.rank and has_lora(model)):
        return None
    return FallingRank(model, settings.rank, settings.lowest_rank)


def rank_ends(process: NoiseProcess, rank: int, lowest: int) -> torch.Tensor:
    """The share of times up to which each rank is used, (rank,); more than 1 for those that always are."""
    ends = [2.0] * lowest
    for number in range(lowest, rank):
        share = 1.0 - (number + 0.5 - lowest) / (rank - lowest)
        ends.append(process.share_of(share / (1.0 - share)))
    return torch.tensor(ends)
