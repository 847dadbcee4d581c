"""Train the f8 autoencoder.

    python -m workshop.pocket.train.autoencoder --minutes 50
    python -m workshop.pocket.train.autoencoder --measure      (reconstruction of unseen renders, per style)

Half of its pictures are labelled renders, half are the unlabelled ones of `workshop.pocket.data.plain`, as 64
px crops and as whole pictures in turn. Some latents get noise, or are rotated, mirrored or downscaled
together with their pictures, so that small errors of a denoiser decode to small errors.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from workshop.pocket.data.dataset import NONE, load_split
from workshop.pocket.scenes.styles import STYLES
from workshop.pocket.train.batches import CROP, Pictures, to_tensor
from workshop.pocket.train.muon import Muon
from workshop.pocket.train.training import Run, arguments, fast_precision, load_weights

LATENT_CHANNELS = 16
WIDTHS = (16, 32, 64, 128)
LAYERS = 2
DIVERGENCE = 5e-4
NOISED, NOISE = 0.3, 0.15  # share of batches whose latents get noise, and its largest standard deviation
MOVED = 0.15  # share of batches whose latents are transformed with their pictures
INNER_RATE, RATE = 2e-3, 1e-3


def build(
    channels: int = LATENT_CHANNELS, widths: tuple[int, ...] = WIDTHS, layers: int = LAYERS
) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=layers,
        latent_channels=channels,
        norm_num_groups=8,
        sample_size=128,
        mid_block_add_attention=False,
    )


def build_like(weights: dict[str, torch.Tensor]) -> AutoencoderKL:
    """Build the autoencoder that fits these weights, and load them."""
    blocks = [f"encoder.down_blocks.{i}.resnets." for i in range(4)]
    widths = tuple(weights[f"{block}0.conv2.weight"].shape[0] for block in blocks)
    layers = len({name.split(".")[4] for name in weights if name.startswith(blocks[0])})
    model = build(weights["post_quant_conv.weight"].shape[0], widths, layers)
    model.load_state_dict(weights)
    return model


@torch.no_grad()
def grow(model: AutoencoderKL, old: dict[str, torch.Tensor]) -> None:
    """Start from weights with fewer latent channels and layers; new layers are the identity at first."""
    had = old["post_quant_conv.weight"].shape[0]
    now = model.config.latent_channels
    kept = [*range(had), *range(now, now + had)]  # means, then logarithms of the variances
    for name, weight in model.state_dict().items():
        if name not in old:
            if ".conv2." in name:
                weight.zero_()
            continue
        value = old[name].to(weight.dtype)
        if value.shape == weight.shape:
            weight.copy_(value)
        elif name.startswith("encoder.conv_out"):
            weight.mul_(0.3)[kept] = value
        elif name.startswith("decoder.conv_in"):
            weight.mul_(0.3)[:, :had] = value
        elif name.endswith("bias"):
            weight.zero_()[kept[: len(value)]] = value
        else:
            _begin_square(weight, value, kept if name.startswith("quant") else kept[:had])


def _begin_square(weight: torch.Tensor, value: torch.Tensor, kept: list[int]) -> None:
    """The identity, with the old weights for the old channels; (n, n, 1, 1)."""
    weight.zero_()[..., 0, 0].fill_diagonal_(1)
    rows = torch.tensor(kept)
    weight[rows[:, None], rows[None]] = value


def moved(
    latents: torch.Tensor, target: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Downscale latents and pictures by 2, rotate them by right angles, or mirror them."""
    kind = int(rng.integers(3))
    if kind == 0:
        return functional.avg_pool2d(latents, 2), functional.avg_pool2d(target, 2)
    if kind == 1:
        turns = int(rng.integers(1, 4))
        return torch.rot90(latents, turns, (2, 3)), torch.rot90(target, turns, (2, 3))
    return latents.flip(3), target.flip(3)


def edges(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return picture[..., 1:] - picture[..., :-1], picture[..., 1:, :] - picture[..., :-1, :]


def reconstruction_loss(made: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1, L1 of the edges, L1 at a quarter of the size, and the squared error, which PSNR measures."""
    edge = sum((a - b).abs().mean() for a, b in zip(edges(made), edges(target), strict=True))
    small = functional.avg_pool2d(made - target, 4).abs().mean()
    return (made - target).abs().mean() + 0.4 * edge + 0.5 * small + 3.0 * functional.mse_loss(made, target)


Judge = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def loss_of(
    model: AutoencoderKL, target: torch.Tensor, rng: np.random.Generator, judges: Sequence[Judge] = ()
) -> tuple[torch.Tensor, float, float]:
    """The loss of a batch, its PSNR in dB, and the KL divergence of its latents in nats per element.

    `judges` are additional losses of (reconstruction, target), for pictures that were not downscaled.
    """
    with fast_precision(target.device):
        posterior = model.encode(target).latent_dist
        latents = posterior.sample()
        if rng.random() < NOISED:
            latents = latents + rng.uniform(0, NOISE) * torch.randn_like(latents)
        elif rng.random() < MOVED:
            latents, target = moved(latents, target, rng)
        made = model.decode(latents).sample.float()
    divergence = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).float().mean()
    error = functional.mse_loss(made, target).item() / 4
    loss = reconstruction_loss(made, target) + DIVERGENCE * divergence
    if target.shape[-1] >= CROP:
        loss = loss + sum(judge(made, target) for judge in judges)
    return loss, -10 * np.log10(error), divergence.item()


def train(args: argparse.Namespace) -> None:
    model = build()
    path = args.work / f"{args.name}.pt"
    if args.start_from is not None and not path.exists():
        grow(model, _weights(args.start_from))
        args.start_from = None
    run = Run(path, model, Muon(model.named_parameters(), INNER_RATE, RATE), args)
    pictures = Pictures(args.work, run.rng)
    recent: list[float] = []
    for step in run.steps():
        loss, psnr, divergence = loss_of(model, pictures.batch(step), run.rng)
        run.apply(loss)
        recent.append(psnr)
        if step % 200 == 0:
            run.report(loss=loss.item(), psnr=float(np.mean(recent[-200:])), divergence=divergence)


def _weights(path: Path) -> dict[str, torch.Tensor]:
    """The weights of one of our checkpoints, of a state dict, or of a safetensors file."""
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    kept = torch.load(path, weights_only=False)
    return kept.get("mean", kept)


@torch.no_grad()
def encode_all(model: AutoencoderKL, pictures: np.ndarray) -> torch.Tensor:
    """The means of the posteriors, float16 (n, channels, 16, 16)."""
    means = []
    for start in range(0, len(pictures), 32):
        with fast_precision():
            means.append(model.encode(to_tensor(pictures[start : start + 32])).latent_dist.mean.half())
    return torch.cat(means)


@torch.no_grad()
def reconstruction(model: AutoencoderKL, pictures: np.ndarray) -> np.ndarray:
    """The PSNR of each picture in dB, computed in float32."""
    figures = []
    for start in range(0, len(pictures), 32):
        target = to_tensor(pictures[start : start + 32])
        made = model.decode(model.encode(target).latent_dist.mean).sample.clamp(-1, 1)
        figures.append(-10 * torch.log10(((made - target) / 2).square().mean((1, 2, 3))))
    return torch.cat(figures).numpy()


def measure(args: argparse.Namespace) -> None:
    pictures, labels = load_split(args.work, "unseen", limit=2000)
    pictures, labels = pictures[:2000], labels[:2000]
    report_by_style(
        reconstruction(load_weights(build(), args.work / f"{args.name}.pt").eval(), pictures), labels
    )


def report_by_style(figures: np.ndarray, labels: np.ndarray) -> None:
    print(f"all {figures.mean():.2f} dB over {len(figures)} pictures")
    for style in range(NONE, len(STYLES)):
        chosen = figures[labels["style"] == style]
        if len(chosen):
            name = "as drawn" if style == NONE else STYLES[style].name
            print(f"{name:12s} {chosen.mean():.2f} dB over {len(chosen)}")


def main() -> None:
    only_measure = "--measure" in sys.argv
    if only_measure:
        sys.argv.remove("--measure")
    args = arguments(__doc__, 50, "autoencoder")
    if only_measure:
        measure(args)
    else:
        train(args)


if __name__ == "__main__":
    main()
