"""Train only the decoder further, on posterior means, some of them with noise.

The latents do not change, so that nothing else must be trained again. To the loss of the autoencoder it adds
the mean logarithm of the squared error per picture, which PSNR measures.

    python -m workshop.pocket.train.decoder --minutes 30
"""

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from workshop.pocket.data.dataset import load_split
from workshop.pocket.train import autoencoder
from workshop.pocket.train.batches import Pictures
from workshop.pocket.train.muon import Muon
from workshop.pocket.train.training import Run, arguments, fast_precision

LOGARITHM = 0.02
INNER_RATE, RATE = 1e-3, 5e-4


def load_finished(work: Path) -> AutoencoderKL:
    """The trained autoencoder, with the decoder of this training if there is one."""
    last = work / "decoder.pt"
    kept = torch.load(last if last.exists() else work / "autoencoder.pt", weights_only=False)
    return autoencoder.build_like(kept["mean"]).eval()


def decoder_loss(
    model: AutoencoderKL, target: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, float]:
    """The loss of a batch with a frozen encoder, and its PSNR in dB."""
    with fast_precision(target.device):
        with torch.no_grad():
            latents = model.encode(target).latent_dist.mean
            if rng.random() < autoencoder.NOISED:
                latents = latents + rng.uniform(0, autoencoder.NOISE) * torch.randn_like(latents)
        made = model.decode(latents).sample.float()
    errors = functional.mse_loss(made, target, reduction="none").mean((1, 2, 3))
    loss = autoencoder.reconstruction_loss(made, target) + LOGARITHM * (errors + 1e-4).log().mean()
    return loss, -10 * float(np.log10(errors.mean().item() / 4))


def main() -> None:
    args = arguments(__doc__, 30, "decoder")
    model = load_finished(args.work).train()
    model.encoder.requires_grad_(False)
    model.quant_conv.requires_grad_(False)
    free = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    run = Run(args.work / f"{args.name}.pt", model, Muon(free, INNER_RATE, RATE), args)
    pictures = Pictures(args.work, run.rng)
    for step in run.steps():
        loss, psnr = decoder_loss(model, pictures.batch(step), run.rng)
        run.apply(loss)
        if step % 200 == 0:
            run.report(loss=loss.item(), psnr=psnr)
    unseen, labels = (a[:2000] for a in load_split(args.work, "unseen", limit=2000))
    autoencoder.report_by_style(autoencoder.reconstruction(load_finished(args.work), unseen), labels)


if __name__ == "__main__":
    main()
