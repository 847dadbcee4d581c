"""The denoiser's last stage: it learns few clear designs well, with a falling learning rate.

    python -m tools.pocket.train.clear --minutes 52 --threads 2

It starts from the denoiser that was trained in this folder (`denoiser.pt`), otherwise from the shipped
weights, and resumes exactly where it was stopped. A small model that knows a dozen designs of each thing
draws their mean where it cannot decide; a short training on one drawing of each thing in four packs lets
it commit (quality tuning, arXiv 2309.15807). A share of the pictures is of the former training, so that
little is forgotten.
"""

from pathlib import Path

import numpy as np
import torch
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import load_file

from tools.pocket.train.denoiser import (
    LATE_MIXTURE,
    SHIPPED,
    Captions,
    build,
    denoising_loss,
    drawing_rates,
    grow,
    schedule,
)
from tools.pocket.train.latents import load_latents, read_scale
from tools.pocket.train.training import Run, arguments, load_weights

BATCH = 32
RATE = 3e-4
FORMER = 0.25  # the share of the former training's pictures


class ClearDraws:
    """Random rows of the clear pictures, and of the former ones at the rates of their late mixture."""

    def __init__(self, clear: int, former: np.ndarray) -> None:
        self.clear, self.edges = clear, np.cumsum(drawing_rates(former, LATE_MIXTURE))

    def rows(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw `count` rows; those of the former pictures follow after the clear ones."""
        former = np.searchsorted(self.edges, rng.random(count), side="right").clip(max=len(self.edges) - 1)
        return np.where(rng.random(count) < FORMER, self.clear + former, rng.integers(self.clear, size=count))


def main() -> None:
    args = arguments(__doc__, 52, "clear")
    clear, clear_labels = load_latents(args.work, "clear")
    former, former_labels = load_latents(args.work)
    latents, labels = np.concatenate([clear, former]), np.concatenate([clear_labels, former_labels])
    draws, scale = ClearDraws(len(clear), former_labels), read_scale(args.work)
    model, scheduler = build(), schedule()
    model.set_attn_processor(AttnProcessor())  # backwards on a CPU, torch's fused one takes ten times as long
    start(model, args.work)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    run = Run(args.work / f"{args.name}.pt", model, optimizer, args)
    captions = Captions(args.work, run.rng)
    recent: list[float] = []
    for step in run.steps(every=240):
        rows = draws.rows(run.rng, BATCH)
        picked = torch.from_numpy(latents[rows]).float() * scale
        loss = denoising_loss(model, scheduler, picked, captions(labels[rows]), run.rng).mean()
        run.apply(loss, decay=0.998)
        recent.append(loss.item())
        if step % 100 == 0:
            run.report(loss=float(np.mean(recent[-100:])), samples=BATCH * step)


def start(model: torch.nn.Module, work: Path) -> None:
    """Load the trained denoiser, or the shipped one."""
    if (work / "denoiser.pt").exists():
        load_weights(model, work / "denoiser.pt")
    else:
        grow(model, load_file(SHIPPED / "unet" / "diffusion_pytorch_model.safetensors"))


if __name__ == "__main__":
    main()
