"""The U-Net meets styles by the hundred: half recipes, half what the last stage learned.

    python -m tools.pocket.data.dataset --split clear --pictures 60000
    python -m tools.pocket.data.recipe_pictures --shards 8
    python -m tools.pocket.train.styles --minutes 600

It starts from the shipped weights (`tools.pocket.train.restore` comes first), and resumes exactly where it
was stopped; 62,500 steps are four million pictures. A new shard of recipes is drawn and encoded every 1,000
steps, in this process, so that a step sees the same pictures however often it was stopped. A picture of a
style that the model has met is no longer the one style that it knows: a style becomes a thing apart from
what is shown (`tools.pocket.scenes.recipes`).

Every 2,000 steps the mean weights are measured on pictures that nothing learns from, always with the same
noise: of held-out kinds of styles, of further recipes of known kinds, and of what the last stage learned.
`styles.jsonl` in the folder has a line of each.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from tools.pocket.data import dataset, recipe_pictures
from tools.pocket.data.recipe_pictures import HELD, NEW
from tools.pocket.train.autoencoder import encode_all
from tools.pocket.train.decoder import load_finished
from tools.pocket.train.denoiser import (
    BATCH,
    Captions,
    build,
    denoising_loss,
    learner,
    load_shipped,
    schedule,
)
from tools.pocket.train.latents import finished, read_scale
from tools.pocket.train.training import Run, arguments

RATE = 4e-4
STEPS = 62_500
FIRST, EVERY = 8, 1000  # shards of recipes at the start, and steps until the next
MEASURE_EVERY = 2000
DECAY = 0.999
CLEAR = "clear"
Caption = Callable[[np.void, np.random.Generator], str]


class Pictures:
    """Latents, float16 (n, 16, 16, 16), and labels of one split, which grows by whole shards."""

    def __init__(self, caption: Caption) -> None:
        self.caption, self.latents, self.labels = caption, list[np.ndarray](), list[np.ndarray]()
        self._ends: list[int] = []

    def add(self, latents: np.ndarray, labels: np.ndarray) -> None:
        self.latents.append(latents)
        self.labels.append(labels)
        self._ends.append(len(self) + len(labels))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def rows(self, chosen: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """The latents of rows, and a random caption of each."""
        shards = np.searchsorted(self._ends, chosen, side="right")
        places = [(s, i - (self._ends[s - 1] if s else 0)) for s, i in zip(shards, chosen, strict=True)]
        found = np.stack([self.latents[s][i] for s, i in places])
        return found, [self.caption(self.labels[s][i], rng) for s, i in places]


class Data:
    """What a step learns from: all clear pictures but the last shard, and the recipes drawn so far."""

    def __init__(self, work: Path, shards_at_first: int = FIRST, every: int = EVERY) -> None:
        self.work, self.first, self.every = work, shards_at_first, every
        self.model = load_finished(work)
        self.clear, self.recipes = Pictures(dataset.caption_of), Pictures(recipe_pictures.caption_of)
        clear = finished(work, CLEAR, "npz")
        if len(clear) < 2:
            raise SystemExit(
                f"no clear pictures in {work}: run python -m tools.pocket.data.dataset --split clear"
            )
        for path in clear[:-1]:
            self.clear.add(*self._encoded(path))
        self.measured = {CLEAR: Pictures(dataset.caption_of)}
        latents, labels = self._encoded(clear[-1])
        self.measured[CLEAR].add(latents[: recipe_pictures.MEASURED], labels[: recipe_pictures.MEASURED])
        for name in (HELD, NEW):
            self.measured[name] = Pictures(recipe_pictures.caption_of)
            path = recipe_pictures.write_shard(work / "icons", work, name, recipe_pictures.MEASURED)
            self.measured[name].add(*self._encoded(path))

    def grow(self, step: int) -> None:
        """Draw and encode the shards of recipes that this step may see."""
        while len(self.recipes.latents) < self.first + step // self.every:
            path = recipe_pictures.write_shard(self.work / "icons", self.work, len(self.recipes.latents))
            self.recipes.add(*self._encoded(path))

    def batch(self, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """Half recipes, half clear pictures."""
        half = BATCH // 2
        both = [each.rows(rng.integers(len(each), size=half), rng) for each in (self.recipes, self.clear)]
        return np.concatenate([latents for latents, _ in both]), [*both[0][1], *both[1][1]]

    def _encoded(self, shard: Path) -> tuple[np.ndarray, np.ndarray]:
        """The latents of a shard, which are kept beside it, and its labels."""
        target = shard.with_name(f"{shard.stem}-latents.npy")
        if not target.exists():
            part = target.with_suffix(".part.npy")
            np.save(part, encode_all(self.model, np.load(shard)["pictures"]).numpy())
            part.rename(target)
        return np.load(target), np.load(shard)["labels"]


@torch.no_grad()
def measure(
    weights: dict[str, torch.Tensor], data: Data, scale: float, captions: Captions
) -> dict[str, float]:
    """The loss of mean weights on the pictures that nothing learns from, the same noise each time."""
    model, scheduler, found = build().eval(), schedule(), {}
    model.load_state_dict(weights)
    kept = torch.get_rng_state()
    for name, pictures in data.measured.items():
        rng, losses = np.random.default_rng(3), []
        torch.manual_seed(3)
        for first in range(0, len(pictures), BATCH):
            latents, words = pictures.rows(np.arange(first, min(first + BATCH, len(pictures))), rng)
            clean = torch.from_numpy(latents).float() * scale
            losses.append(denoising_loss(model, scheduler, clean, captions.encode(words), rng))
        found[name] = float(torch.cat(losses).mean())
    torch.set_rng_state(kept)
    return found


def learn(run: Run, data: Data, work: Path) -> None:
    """Train as long as the run lasts, and write down what is measured on the way."""
    scale, scheduler, captions = read_scale(work), schedule(), Captions(work, run.rng)
    recent: list[tuple[float, ...]] = []
    for step in run.steps(every=300):
        data.grow(step)
        if step % MEASURE_EVERY == 0:
            figures = measure(run.mean or run.module.state_dict(), data, scale, captions)
            told = {"step": step, "pictures": step * BATCH, "hours": round(run.clock.seconds / 3600, 2)}
            with (work / "styles.jsonl").open("a") as lines:
                lines.write(
                    json.dumps(told | {name: round(loss, 5) for name, loss in figures.items()}) + "\n"
                )
        latents, words = data.batch(run.rng)
        clean = torch.from_numpy(latents).float() * scale
        words = [said if run.rng.random() >= captions.dropped else "" for said in words]
        loss = denoising_loss(run.module, scheduler, clean, captions.encode(words), run.rng)
        run.apply(loss.mean(), decay=DECAY)
        half = len(loss) // 2
        recent.append(tuple(part.mean().item() for part in loss.detach().split(half)))
        if step % 100 == 0:
            of_recipes, of_clear = np.mean(recent[-100:], 0)
            run.report(recipes=of_recipes, clear=of_clear, pictures=step * BATCH)


def main() -> None:
    args = arguments(__doc__, 600, "styles", steps=STEPS)
    data = Data(args.work)  # before the run, whose random state it would change
    model, optimizer = learner(RATE)
    path = args.work / f"{args.name}.pt"
    if args.start_from is None and not path.exists():
        load_shipped(model)
    learn(Run(path, model, optimizer, args), data, args.work)


if __name__ == "__main__":
    main()
