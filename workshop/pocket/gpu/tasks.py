"""The trainings on a GPU: the autoencoder on pictures, the denoiser on latents, kept on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from diffusers import AutoencoderKL

from workshop.pocket.data.dataset import LABEL
from workshop.pocket.gpu.drawing import Shard
from workshop.pocket.train import autoencoder, denoiser
from workshop.pocket.train.batches import CROP, to_tensor
from workshop.pocket.train.critic import Critic, Judged
from workshop.pocket.train.text import TOKENS
from workshop.pocket.train.training import fast_precision

DROPPED = denoiser.DROPPED
JUDGES = ((0.3, Judged), (0.8, Critic))  # a perceptual loss from 30 % on, an adversarial one at the end


class Ring:
    """A ring buffer with the newest `room` rows, on the device."""

    def __init__(self, room: int, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> None:
        self.rows = torch.empty((room, *shape), dtype=dtype, device=device)
        self.seen = 0

    def add(self, rows: torch.Tensor) -> None:
        """Append rows, overwriting the oldest ones when full."""
        places = (torch.arange(len(rows)) + self.seen) % len(self.rows)
        self.rows[places.to(self.rows.device)] = rows.to(self.rows)
        self.seen += len(rows)

    def __len__(self) -> int:
        return min(self.seen, len(self.rows))


class Task(Protocol):
    """A model with its data and its loss."""

    kinds: tuple[str, ...]
    model: torch.nn.Module

    def absorb(self, shard: Shard) -> None:
        """Add a shard of pictures."""
        ...

    def __len__(self) -> int:
        """The number of available pictures."""
        ...

    def loss(self, rng: np.random.Generator, batch: int, share: float) -> tuple[torch.Tensor, float]:
        """The loss of a random batch, and a measurement to report; `share` of the training is done."""
        ...


def cut(pictures: torch.Tensor, rows: np.ndarray, corners: np.ndarray, size: int) -> torch.Tensor:
    """Crops of the chosen pictures at the corners (y, x); float (n, 3, size, size) in [-1, 1]."""
    device = pictures.device
    chosen = torch.from_numpy(rows).to(device)[:, None, None]
    along = torch.arange(size, device=device)
    top, left = (torch.from_numpy(corners[:, i]).to(device)[:, None] + along for i in range(2))
    return pictures[chosen, top[:, :, None], left[:, None]].permute(0, 3, 1, 2).float() / 127.5 - 1


class AutoencoderTask:
    """Crops and whole pictures in turn; each judge starts at its share of the training."""

    kinds = ("plain", "train")

    def __init__(
        self,
        device: torch.device,
        room: int,
        widths: tuple[int, ...] = autoencoder.WIDTHS,
        judges: Sequence[tuple[float, Callable[[torch.device], autoencoder.Judge]]] = JUDGES,
    ) -> None:
        self.model: torch.nn.Module = autoencoder.build(widths=widths).to(device)
        self.judges = [(start, make(device)) for start, make in judges]
        self.pictures = Ring(room, (128, 128, 3), torch.uint8, device)
        self.turn = 0

    def absorb(self, shard: Shard) -> None:
        self.pictures.add(torch.from_numpy(shard.pictures))

    def __len__(self) -> int:
        return len(self.pictures)

    def loss(self, rng: np.random.Generator, batch: int, share: float) -> tuple[torch.Tensor, float]:
        self.turn += 1
        size, count = (CROP, batch) if self.turn % 2 else (128, batch // 4)
        rows = rng.integers(len(self), size=count)
        corners = rng.integers(0, 129 - size, size=(count, 2))
        target = cut(self.pictures.rows, rows, corners, size)
        present = [judge for start, judge in self.judges if share >= start]
        loss, psnr, _ = autoencoder.loss_of(self.model, target, rng, present)
        return loss, psnr


class DenoiserTask:
    """Latents of a frozen autoencoder with the token IDs of their captions."""

    kinds = ("train",)

    def __init__(self, device: torch.device, room: int, vae: AutoencoderKL) -> None:
        self.model: torch.nn.Module = denoiser.build().to(device)
        self.scheduler = denoiser.schedule()
        self.vae = vae.to(device).eval().requires_grad_(False)
        self.tokenizer, encoder = denoiser.load_text(None)
        self.encoder = encoder.to(device).requires_grad_(False)
        self.device = device
        self.latents = Ring(room, (vae.config.latent_channels, 16, 16), torch.float16, device)
        self.tokens: Ring | None = None
        self.labels = np.empty(room, LABEL)
        self.draws: denoiser.Draws | None = None
        empty = self.tokenizer("", padding="max_length", max_length=TOKENS, return_tensors="pt")
        self.empty = empty.input_ids[0].to(device)

    @torch.no_grad()
    def absorb(self, shard: Shard) -> None:
        if self.tokens is None:
            room = len(self.latents.rows)
            self.tokens = Ring(room, shard.tokens.shape[1:], torch.int16, self.device)
        places = (np.arange(len(shard.labels)) + self.latents.seen) % len(self.labels)
        self.labels[places] = shard.labels
        for start in range(0, len(shard.pictures), 256):
            target = to_tensor(shard.pictures[start : start + 256]).to(self.device)
            with fast_precision(self.device):
                self.latents.add(self.vae.encode(target).latent_dist.mean)
        self.tokens.add(torch.from_numpy(shard.tokens))
        self.draws = denoiser.Draws(self.labels[: len(self)])

    def __len__(self) -> int:
        return len(self.latents)

    def loss(self, rng: np.random.Generator, batch: int, share: float) -> tuple[torch.Tensor, float]:
        chosen = torch.from_numpy(self._rows(rng, batch, share)).to(self.device)
        clean = self.latents.rows[chosen].float() * self.vae.config.scaling_factor
        words = self._words(chosen, rng)
        loss = denoiser.denoising_loss(self.model, self.scheduler, clean, words, rng).mean()
        return loss, loss.item()

    def _rows(self, rng: np.random.Generator, batch: int, share: float) -> np.ndarray:
        assert self.draws is not None
        return self.draws.rows(rng, batch, share)

    @torch.no_grad()
    def _words(self, chosen: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """Text states of one caption of each row, a share of them empty; (n, 40, 192)."""
        assert self.tokens is not None
        wording = torch.from_numpy(rng.integers(self.tokens.rows.shape[1], size=len(chosen)))
        ids = self.tokens.rows[chosen, wording.to(self.device)].long()
        dropped = torch.from_numpy(rng.random(len(chosen)) < DROPPED).to(self.device)
        ids[dropped] = self.empty
        with fast_precision(self.device):
            return self.encoder(ids).last_hidden_state


class ClearTask(DenoiserTask):
    """The last stage (`workshop.pocket.train.clear`), from the shipped weights."""

    kinds = ("clear",)

    def __init__(self, device: torch.device, room: int, vae: AutoencoderKL) -> None:
        super().__init__(device, room, vae)
        denoiser.load_shipped(self.model)

    def _rows(self, rng: np.random.Generator, batch: int, share: float) -> np.ndarray:
        return rng.integers(len(self), size=batch)
