"""The denoiser's last stage: it learns fewer things well, with a falling learning rate.

    python -m workshop.pocket.train.clear --minutes 80

It starts from the denoiser that was trained in this folder (`denoiser.pt`), otherwise from the shipped
weights, and resumes exactly where it was stopped. A small model that knows a dozen designs of each thing,
facing both ways, draws their mean where it cannot decide; a short training mostly on fewer things, each in
one drawing of few packs that face one way (`--split clear` of `workshop.pocket.data.dataset`), lets it commit
(quality tuning, arXiv 2309.15807).
"""

from pathlib import Path

from diffusers import UNet2DConditionModel

from workshop.pocket.train.denoiser import BATCH, learn, learner, load_shipped
from workshop.pocket.train.latents import load_latents
from workshop.pocket.train.training import Run, arguments, load_weights

RATE = 4e-4


def main() -> None:
    args = arguments(__doc__, 80, "clear")
    data = load_latents(args.work, "clear")
    model, optimizer = learner(RATE)
    start(model, args.work)
    run = Run(args.work / f"{args.name}.pt", model, optimizer, args)
    learn(run, args.work, data, lambda: run.rng.integers(len(data[0]), size=BATCH), decay=0.997)


def start(model: UNet2DConditionModel, work: Path) -> None:
    """Load the trained denoiser, or the shipped one."""
    if (work / "denoiser.pt").exists():
        load_weights(model, work / "denoiser.pt")
    else:
        load_shipped(model)


if __name__ == "__main__":
    main()
