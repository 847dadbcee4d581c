"""Draw a sheet of prompts and seeds from the checkpoints, and measure how different the seeds are.

    python -m workshop.pocket.evaluation.diversity --sheet seeds.png

The distance of two pictures is 1 minus the cosine of their features in the shipped CLIP's image tower. For a
prompt it is the mean over all pairs of seeds; "drawn" is the same over training pictures of the concept and
style, which differ in design, size, pose and ground. At a ratio of 1, the model is as diverse as its data.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from torch.nn import functional

from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import NONE, WORK, concept_index, load_split
from workshop.pocket.scenes.styles import STYLES
from workshop.pocket.train import denoiser
from workshop.pocket.train.autoencoder import to_tensor
from workshop.pocket.train.critic import MEAN, STD, image_tower
from workshop.pocket.train.decoder import load_finished
from workshop.pocket.train.latents import read_scale
from workshop.pocket.train.redraw import decoded
from workshop.pocket.train.training import fast_precision, load_weights

CASES = (
    ("parrot", "cartoon"),
    ("koala", "flat"),
    ("pencil", "3d"),
    ("lantern", "watercolor"),
    ("donut", "sticker"),
)
STEPS, GUIDANCE = 20, 4.0


@torch.no_grad()
def draw(
    unet: UNet2DConditionModel, words: torch.Tensor, nothing: torch.Tensor, seeds: Sequence[int]
) -> torch.Tensor:
    """Draw scaled latents (n, channels, 16, 16) for n text states, each from its own seed."""
    sampler = denoiser.solver()
    sampler.set_timesteps(STEPS)
    shape = (unet.config.in_channels, 16, 16)
    now = torch.stack([torch.randn(shape, generator=torch.Generator().manual_seed(s)) for s in seeds])
    text = torch.cat([nothing.expand_as(words), words])
    for t in sampler.timesteps:
        with fast_precision():
            empty, told = unet(torch.cat([now, now]), t, text).sample.float().chunk(2)
        now = sampler.step(empty + GUIDANCE * (told - empty), t, now).prev_sample
    return now


def spread(features: torch.Tensor) -> float:
    """The mean cosine distance over all pairs of rows."""
    unit = functional.normalize(features, dim=1)
    pairs = torch.triu_indices(len(unit), len(unit), 1)
    return float((1 - (unit[pairs[0]] * unit[pairs[1]]).sum(1)).mean())


@torch.no_grad()
def features(tower: torch.nn.Module, pictures: np.ndarray) -> torch.Tensor:
    """Pooled features (n, width) of uint8 pictures (n, 128, 128, 3)."""
    return tower(((to_tensor(pictures) + 1) / 2 - MEAN) / STD)


def prompt_of(concept: str, style: str) -> str:
    words = {s.name: s.words[0] for s in STYLES}[style]
    phrase = CONCEPTS[concept_index()[concept]].phrase
    return f"{phrase[0].upper()}{phrase[1:]} in {words} style"


def drawn_alike(work: Path, concept: str, style: str, count: int) -> np.ndarray:
    """Training pictures of a concept in a style, alone on a plain ground."""
    pictures, labels = load_split(work, "train", limit=24000)
    number = [s.name for s in STYLES].index(style)
    same = (labels["first"] == concept_index()[concept]) & (labels["style"] == number)
    rows = np.flatnonzero(same & (labels["second"] == NONE) & (labels["place"] == NONE))
    return pictures[rows[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--sheet", type=Path, default=Path("seeds.png"))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--prompts", nargs="*", help="other prompts, for the sheet only")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    vae: AutoencoderKL = load_finished(args.work)
    unet = load_weights(denoiser.build(), denoiser.finished(args.work)).eval()
    captions = denoiser.Captions(args.work, np.random.default_rng(0), dropped=0)
    tower, rows = image_tower().eval(), []
    for case in args.prompts or CASES:
        prompt = case if isinstance(case, str) else prompt_of(*case)
        words = captions.encode([prompt]).expand(args.seeds, -1, -1)
        latents = draw(unet, words, captions.encode([""]), range(args.seeds))
        pictures = decoded(vae, latents / read_scale(args.work))
        rows.append(np.concatenate(list(pictures), 1))
        if not isinstance(case, str):
            ours = spread(features(tower, pictures))
            concept, style = case
            theirs = spread(features(tower, drawn_alike(args.work, concept, style, 40)))
            print(f"{prompt}: {ours:.3f}, drawn {theirs:.3f}, ratio {ours / theirs:.2f}", flush=True)
    Image.fromarray(np.concatenate(rows)).save(args.sheet)


if __name__ == "__main__":
    main()
