"""Redraw training pictures with the model itself, for a second stage of training the CLIP model.

`reconstructed` pictures pass through the autoencoder only; `generated` ones are noised by up to two thirds
and denoised with their own captions, so that their labels stay known.

    python -m workshop.pocket.train.redraw --kind generated --pictures 6000
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, UNet2DConditionModel

from workshop.pocket.data.dataset import SHARD, WORK
from workshop.pocket.train import denoiser
from workshop.pocket.train.decoder import load_finished
from workshop.pocket.train.latents import load_latents, read_scale
from workshop.pocket.train.training import fast_precision, load_weights

BATCH = 50
STEPS, GUIDANCE = 12, 4.0
EARLIEST, LATEST = 4, 9  # of the 12 steps: the last two thirds to quarter are drawn again


@torch.no_grad()
def decoded(vae: AutoencoderKL, latents: torch.Tensor) -> np.ndarray:
    """Decode unscaled latents to uint8 (n, 128, 128, 3)."""
    with fast_precision():
        made = vae.decode(latents).sample.float()
    return ((made.clamp(-1, 1) + 1) * 127.5 + 0.5).byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def drawn_anew(
    unet: UNet2DConditionModel, latents: torch.Tensor, words: torch.Tensor, nothing: torch.Tensor, start: int
) -> torch.Tensor:
    """Noise scaled latents to step `start` of the sampler, and denoise them from there with guidance."""
    sampler = DPMSolverMultistepScheduler.from_config(denoiser.schedule().config)
    sampler.set_timesteps(STEPS)
    sampler.set_begin_index(start)
    now = sampler.add_noise(latents, torch.randn_like(latents), sampler.timesteps[start : start + 1])
    text = torch.cat([nothing.expand_as(words), words])
    for t in sampler.timesteps[start:]:
        with fast_precision():
            empty, told = unet(torch.cat([now, now]), t, text).sample.float().chunk(2)
        now = sampler.step(empty + GUIDANCE * (told - empty), t, now).prev_sample
    return now


def batches(
    work: Path, kind: str, rows: np.ndarray, labels: np.ndarray, unet_name: str
) -> Iterator[np.ndarray]:
    stored, _ = load_latents(work)
    scale, vae = read_scale(work), load_finished(work)
    rng = np.random.default_rng(5)
    if kind == "generated":
        unet = load_weights(denoiser.build(), work / f"{unet_name}.pt").eval()
        captions = denoiser.Captions(work, rng, dropped=0)
        nothing = captions.encode([""])
    for first in range(0, len(rows), BATCH):
        chosen = rows[first : first + BATCH]
        latents = torch.from_numpy(stored[chosen]).float()
        if kind == "generated":
            start = int(rng.integers(EARLIEST, LATEST))
            words = captions(labels[chosen])
            latents = drawn_anew(unet, latents * scale, words, nothing, start) / scale
        yield decoded(vae, latents)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", choices=("reconstructed", "generated"), required=True)
    parser.add_argument("--pictures", type=int, default=SHARD)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--unet", default="denoiser", help="name of the checkpoint that draws")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(5)
    _, labels = load_latents(args.work)  # of the renders that have latents
    rates = denoiser.drawing_rates(labels) if args.kind == "generated" else None
    rows = np.random.default_rng(6).choice(len(labels), args.pictures, replace=False, p=rates)
    for shard, first in enumerate(range(0, len(rows), SHARD)):
        target = args.work / f"{args.kind}-{shard:03d}.npz"
        if target.exists():
            continue
        chosen = rows[first : first + SHARD]
        pictures = np.concatenate(list(batches(args.work, args.kind, chosen, labels, args.unet)))
        part = args.work / f"part-{target.name}"
        np.savez(part, pictures=pictures, labels=labels[chosen], rows=chosen)
        part.replace(target)
        print(f"{first + len(chosen)} {args.kind} pictures", flush=True)


if __name__ == "__main__":
    main()
