"""Trains the f8 autoencoder on 64 px crops; then writes the latents of all training pictures.

python -m tools.pocket.train.autoencoder --minutes 30
python -m tools.pocket.train.autoencoder --measure      (reconstruction of unseen renders, per style)
"""

import sys

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from tools.pocket.data.dataset import NONE, load_split
from tools.pocket.scenes.styles import STYLES
from tools.pocket.train.training import Run, arguments, load_weights

CROP = 64
BATCH = 16
LATENT_CHANNELS = 8


def build() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(16, 32, 64, 128),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        sample_size=128,
        mid_block_add_attention=False,
    )


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    """uint8 (n, h, w, 3) to float (n, 3, h, w) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def crops(pictures: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    chosen = rng.integers(len(pictures), size=BATCH)
    corners = rng.integers(0, 128 - CROP + 1, size=(BATCH, 2))
    cut = [pictures[i, y : y + CROP, x : x + CROP] for i, (y, x) in zip(chosen, corners, strict=True)]
    return to_tensor(np.stack(cut))


def edges(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return picture[..., 1:] - picture[..., :-1], picture[..., 1:, :] - picture[..., :-1, :]


def reconstruction_loss(made: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1, L1 of the edges, L1 of a 4x smaller picture, and the square error that PSNR measures."""
    edge = sum((a - b).abs().mean() for a, b in zip(edges(made), edges(target), strict=True))
    small = functional.avg_pool2d(made - target, 4).abs().mean()
    return (made - target).abs().mean() + 0.4 * edge + 0.5 * small + 1.5 * functional.mse_loss(made, target)


def train(args) -> None:
    pictures, _ = load_split(args.work, "train", limit=32000)
    model = build()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1e-3)
    run = Run(args.work / f"{args.name}.pt", model, optimizer, args)
    for step in run.steps():
        target = crops(pictures, run.rng)
        with torch.autocast("cpu", torch.bfloat16):
            posterior = model.encode(target).latent_dist
            made = model.decode(posterior.sample()).sample
        divergence = 0.5 * (posterior.mean**2 + posterior.var - 1 - posterior.logvar).float().mean()
        loss = reconstruction_loss(made.float(), target) + 2e-3 * divergence
        run.apply(loss)
        if step % 100 == 0:
            error = functional.mse_loss(made.float(), target).item() / 4
            run.report(loss=loss.item(), psnr=-10 * np.log10(error), divergence=divergence.item())


@torch.no_grad()
def encode_all(model: AutoencoderKL, pictures: np.ndarray) -> torch.Tensor:
    """Means of the posteriors: float16 (n, channels, 16, 16)."""
    means = []
    for start in range(0, len(pictures), 32):
        with torch.autocast("cpu", torch.bfloat16):
            means.append(model.encode(to_tensor(pictures[start : start + 32])).latent_dist.mean.half())
    return torch.cat(means)


def write_latents(args) -> None:
    pictures, _ = load_split(args.work, "train")
    latents = encode_all(load_weights(build(), args.work / f"{args.name}.pt").eval(), pictures)
    scale = 1 / latents.float().std().item()
    torch.save({"latents": latents, "scaling_factor": scale}, args.work / "latents.pt")
    print("scaling factor", scale)


@torch.no_grad()
def reconstruction(model: AutoencoderKL, pictures: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio of each picture in dB (float32 arithmetic)."""
    figures = []
    for start in range(0, len(pictures), 32):
        target = to_tensor(pictures[start : start + 32])
        made = model.decode(model.encode(target).latent_dist.mean).sample.clamp(-1, 1)
        figures.append(-10 * torch.log10(((made - target) / 2).square().mean((1, 2, 3))))
    return torch.cat(figures).numpy()


def measure(args) -> None:
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
    args = arguments(__doc__, 30, "autoencoder")
    if not only_measure:
        train(args)
        write_latents(args)
    measure(args)


if __name__ == "__main__":
    main()
