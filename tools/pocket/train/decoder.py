"""Trains the decoder on alone, on whole pictures and the means of the posteriors that the sampler meets.

The latents stay as they are, so nothing else has to be trained again. The loss is what is measured: the
mean over the pictures of the logarithm of the square error.

    python -m tools.pocket.train.decoder --minutes 8
"""

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from tools.pocket.data.dataset import load_split
from tools.pocket.train import autoencoder
from tools.pocket.train.training import Run, arguments, load_weights

BATCH = 8


def load_finished(work) -> AutoencoderKL:
    """The autoencoder with its last decoder."""
    last = work / "decoder.pt"
    return load_weights(autoencoder.build(), last if last.exists() else work / "autoencoder.pt").eval()


def main() -> None:
    args = arguments(__doc__, 8, "decoder")
    args.start_from = args.start_from or args.work / "autoencoder.pt"
    pictures, _ = load_split(args.work, "train", limit=16000)
    model = autoencoder.build()
    model.encoder.requires_grad_(False)
    model.quant_conv.requires_grad_(False)
    free = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(free, lr=3e-4, betas=(0.9, 0.99), weight_decay=0)
    run = Run(args.work / f"{args.name}.pt", model, optimizer, args)
    for step in run.steps():
        target = autoencoder.to_tensor(pictures[run.rng.integers(len(pictures), size=BATCH)])
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                latents = model.encode(target).latent_dist.mean
            made = model.decode(latents).sample
        errors = functional.mse_loss(made.float(), target, reduction="none").mean((1, 2, 3))
        run.apply((errors + 1e-4).log().mean(), decay=0.99)
        if step % 100 == 0:
            run.report(psnr=float(-10 * np.log10(errors.mean().item() / 4)))
    unseen, labels = (a[:2000] for a in load_split(args.work, "unseen", limit=2000))
    autoencoder.report_by_style(autoencoder.reconstruction(load_finished(args.work), unseen), labels)


if __name__ == "__main__":
    main()
