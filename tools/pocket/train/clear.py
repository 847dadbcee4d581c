"""The denoiser's last stage: it learns few clear designs well, with a falling learning rate.

    python -m tools.pocket.train.clear --minutes 80 --threads 2

It starts from the denoiser that was trained in this folder (`denoiser.pt`), otherwise from the shipped
weights, and resumes exactly where it was stopped. A small model that knows a dozen designs of each thing
draws their mean where it cannot decide; a short training on one drawing of each thing in four packs lets
it commit (quality tuning, arXiv 2309.15807). A share of the pictures is of the former training, so that
little is forgotten.
"""

from pathlib import Path

import numpy as np
from diffusers import UNet2DConditionModel

from tools.pocket.data.concepts import CONCEPTS
from tools.pocket.scenes.styles import STYLES
from tools.pocket.train.denoiser import BATCH, LATE_MIXTURE, drawing_rates, learn, learner, load_shipped
from tools.pocket.train.latents import load_latents
from tools.pocket.train.training import Run, arguments, load_weights

RATE = 4e-4
FORMER = 0.25  # the share of the former training's pictures
FIRST_STYLES = ("flat", "watercolor", "cartoon", "3d")  # drawn twice as often: those of the prior pictures
HARDEST = ("shoe", "knife", "candy", "grapes", "cheese", "koala")  # likewise: judged least


class ClearDraws:
    """Random rows of the clear pictures, and of the former ones at the rates of their late mixture."""

    def __init__(self, clear: np.ndarray, former: np.ndarray) -> None:
        styles = [n for n, style in enumerate(STYLES) if style.name in FIRST_STYLES]
        things = [n for n, concept in enumerate(CONCEPTS) if concept.name in HARDEST]
        wanted = np.where(np.isin(clear["style"], styles), 2.0, 1.0)
        wanted *= np.where(np.isin(clear["first"], things), 2.0, 1.0)
        shares = (1 - FORMER) * wanted / wanted.sum(), FORMER * drawing_rates(former, LATE_MIXTURE)
        self.edges = np.cumsum(np.concatenate(shares))

    def rows(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw `count` rows; those of the former pictures follow after the clear ones."""
        return np.searchsorted(self.edges, rng.random(count), side="right").clip(max=len(self.edges) - 1)


def main() -> None:
    args = arguments(__doc__, 80, "clear")
    (clear, clear_labels), (former, former_labels) = load_latents(args.work, "clear"), load_latents(args.work)
    data = np.concatenate([clear, former]), np.concatenate([clear_labels, former_labels])
    model, optimizer = learner(RATE)
    start(model, args.work)
    run = Run(args.work / f"{args.name}.pt", model, optimizer, args)
    draws = ClearDraws(clear_labels, former_labels)
    learn(run, args.work, data, lambda: draws.rows(run.rng, BATCH), decay=0.999)


def start(model: UNet2DConditionModel, work: Path) -> None:
    """Load the trained denoiser, or the shipped one."""
    if (work / "denoiser.pt").exists():
        load_weights(model, work / "denoiser.pt")
    else:
        load_shipped(model)


if __name__ == "__main__":
    main()
