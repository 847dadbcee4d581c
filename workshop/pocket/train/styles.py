"""The U-Net meets styles by the hundred: half recipes, half what the last stage learned.

    python -m workshop.pocket.data.dataset --split clear --pictures 60000
    python -m workshop.pocket.data.recipe_pictures --shards 8
    python -m workshop.pocket.data.views --shards 4
    python -m workshop.pocket.train.styles --minutes 600
    python -m workshop.pocket.train.styles --export FOLDER

It starts from the shipped weights (`workshop.pocket.train.restore` comes first), and resumes exactly where it
was stopped; 62,500 steps are four million pictures. One row in eight is given a picture as its condition
(`workshop.pocket.train.condition`). A new shard of recipes is drawn and encoded every 1,000
steps, in this process, so that a step sees the same pictures however often it was stopped. A picture of a
style that the model has met is no longer the one style that it knows: a style becomes a thing apart from
what is shown (`workshop.pocket.scenes.recipes`).

Every 2,000 steps the mean weights are measured on pictures that nothing learns from, always with the same
noise: of held-out kinds of styles, of further recipes of known kinds, and of what the last stage learned;
and without a style's words, of held-out kinds with a picture of the same recipe (`seen`) and with none
(`unseen`). `styles.jsonl` in the folder has a line of each. `--export` writes the mean weights: the U-Net
as `unet.pt`, and the adapter.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from workshop.pocket.data import dataset, recipe_pictures, views
from workshop.pocket.data.recipe_pictures import HELD, NEW
from workshop.pocket.train import adapter
from workshop.pocket.train.adapter import Scale, Views
from workshop.pocket.train.autoencoder import encode_all
from workshop.pocket.train.condition import KEPT, OF_RECIPES, Conditioned, SameRecipe, leave_out
from workshop.pocket.train.decoder import load_finished
from workshop.pocket.train.denoiser import (
    BATCH,
    Captions,
    build,
    denoising_loss,
    learner,
    load_shipped,
    schedule,
)
from workshop.pocket.train.latents import finished, read_scale
from workshop.pocket.train.training import Run, arguments, load_weights

RATE = 4e-4
STEPS = 62_500
FIRST, EVERY = 8, 1000  # shards of recipes at the start, and steps until the next
MEASURE_EVERY = 2000
DECAY = 0.999
GIVEN = 1 / 8  # share of rows that are given a picture
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

    def rows(
        self, chosen: np.ndarray, rng: np.random.Generator, caption: Caption | None = None
    ) -> tuple[np.ndarray, list[str]]:
        """The latents of rows, and a random caption of each."""
        caption = caption or self.caption
        shards = np.searchsorted(self._ends, chosen, side="right")
        places = [(s, i - (self._ends[s - 1] if s else 0)) for s, i in zip(shards, chosen, strict=True)]
        found = np.stack([self.latents[s][i] for s, i in places])
        return found, [caption(self.labels[s][i], rng) for s, i in places]


UNNAMED: Caption = partial(recipe_pictures.caption_of, named=0.0)


class Data:
    """What a step learns from: all clear pictures but the last shard, and the recipes drawn so far."""

    def __init__(self, work: Path, shards_at_first: int = FIRST, every: int = EVERY) -> None:
        self.work, self.first, self.every = work, shards_at_first, every
        self.model, self.encoders = load_finished(work), views.Encoders.load()
        self.absent, self.given = self.encoders.absent(), SameRecipe()
        self.views = Views.load(list(views.finished(work)))
        self.clear, self.recipes = Pictures(dataset.caption_of), Pictures(recipe_pictures.caption_of)
        clear = finished(work, CLEAR, "npz")
        if len(clear) < 2:
            raise SystemExit(
                f"no clear pictures in {work}: run python -m workshop.pocket.data.dataset --split clear"
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
        self.seen = self._tokens(work / f"{recipe_pictures.SPLIT}-{HELD}.npz")
        self.grow(0)
        self.token_scale = Scale.of(np.stack(list(self.given.tokens.values())[:1000]))

    def grow(self, step: int) -> None:
        """Draw and encode the shards of recipes that this step may see."""
        while len(self.recipes.latents) < self.first + step // self.every:
            path = recipe_pictures.write_shard(self.work / "icons", self.work, len(self.recipes.latents))
            latents, labels = self._encoded(path)
            self.recipes.add(latents, labels)
            self.given.add(self._tokens(path), labels["recipe"])

    def batch(self, rng: np.random.Generator, scale: float) -> tuple[np.ndarray, list[str], torch.Tensor]:
        """Scaled latents and captions, and tokens of the last rows' pictures.

        Half are clear pictures, the others recipes, the last ones with another picture of the same.
        """
        half, given = BATCH // 2, round(BATCH * GIVEN)
        of_recipe = round(given * OF_RECIPES)
        parts = [self.clear.rows(rng.integers(len(self.clear), size=half), rng)]
        parts.append(self.recipes.rows(rng.integers(len(self.recipes), size=half - given), rng))
        rows, of_recipes = self.given.draw(rng, of_recipe)
        parts.append(self.recipes.rows(rows, rng, UNNAMED))
        rows, others = self.views.pairs(rng, given - of_recipe)
        parts.append((self.views.latents[rows].astype(np.float32) / scale, self.views.captions(rows, rng)))
        words = [each for _, said in parts for each in said]
        last, tokens = leave_out(
            words[-given:], np.concatenate((of_recipes, self.views.tokens[others])), self.absent, rng
        )
        return np.concatenate([latents for latents, _ in parts]) * scale, [*words[:-given], *last], tokens

    def _encoded(self, shard: Path) -> tuple[np.ndarray, np.ndarray]:
        """The latents of a shard, which are kept beside it, and its labels."""
        target = shard.with_name(f"{shard.stem}-latents.npy")
        if not target.exists():
            part = target.with_suffix(".part.npy")
            np.save(part, encode_all(self.model, np.load(shard)["pictures"]).numpy())
            part.rename(target)
        return np.load(target), np.load(shard)["labels"]

    def _tokens(self, shard: Path) -> np.ndarray:
        """The tokens of a shard's first pictures, which are kept beside it."""
        target = shard.with_name(f"{shard.stem}-tokens.npy")
        if not target.exists():
            part = target.with_suffix(".part.npy")
            np.save(part, self.encoders.tokens(np.load(shard)["pictures"][:KEPT]))
            part.rename(target)
        return np.load(target)


@torch.no_grad()
def measure(
    weights: dict[str, torch.Tensor], data: Data, scale: float, captions: Captions
) -> dict[str, float]:
    """The loss of mean weights on the pictures that nothing learns from, the same noise each time."""
    model, scheduler = Conditioned(build(), data.token_scale).eval(), schedule()
    model.load_state_dict(weights)
    kept = torch.get_rng_state()

    def loss(pictures: Pictures, given: np.ndarray | None = None, caption: Caption | None = None) -> float:
        rng, losses = np.random.default_rng(3), []
        torch.manual_seed(3)
        count = len(pictures) if given is None else len(given)
        for first in range(0, count, BATCH):
            rows = np.arange(first, min(first + BATCH, count))
            latents, words = pictures.rows(rows, rng, caption)
            said = captions.encode(words)
            if given is not None:
                said = said, torch.from_numpy(given[rows]).float()
            clean = torch.from_numpy(latents).float() * scale
            losses.append(denoising_loss(model, scheduler, clean, said, rng))
        return float(torch.cat(losses).mean())

    found = {name: loss(pictures) for name, pictures in data.measured.items()}
    held = data.measured[HELD]
    recipes = held.labels[0]["recipe"]
    others = [np.flatnonzero(recipes[: len(data.seen)] == one) for one in recipes[: len(data.seen)]]
    same = data.seen[[int(rows[(rows > row).argmax()]) for row, rows in enumerate(others)]]
    absent = np.broadcast_to(data.absent.numpy(), same.shape)
    found["seen"], found["unseen"] = (loss(held, given, UNNAMED) for given in (same, absent))
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
        latents, words, tokens = data.batch(run.rng, scale)
        plain = len(words) - len(tokens)
        words[:plain] = [said if run.rng.random() >= captions.dropped else "" for said in words[:plain]]
        said = captions.encode(words), tokens
        loss = denoising_loss(run.module, scheduler, torch.from_numpy(latents).float(), said, run.rng)
        run.apply(loss.mean(), decay=DECAY)
        half = len(loss) // 2
        parts = loss.detach().split((half, plain - half, len(tokens)))
        recent.append(tuple(part.mean().item() for part in parts))
        if step % 100 == 0:
            of_clear, of_recipes, of_given = np.mean(recent[-100:], 0)
            run.report(recipes=of_recipes, clear=of_clear, given=of_given, pictures=step * BATCH)


def student(scale: Scale) -> tuple[Conditioned, torch.optim.Optimizer]:
    """The shipped U-Net and adapter, set up to train on a CPU, and their optimizer."""
    unet, of_unet = learner(RATE)
    load_shipped(unet)
    model = Conditioned(unet, scale)
    model.load_adapter()
    of_unet.param_groups[0]["params"] += model.adapter.parameters()
    return model, of_unet


def export(path: Path, model: Conditioned, out: Path) -> None:
    """Write the mean weights of a checkpoint: `unet.pt`, and the adapter in its published layout."""
    load_weights(model, path)
    out.mkdir(parents=True, exist_ok=True)
    torch.save({"mean": model.unet.state_dict()}, out / "unet.pt")
    save_file(adapter.written(model.adapter, model.scale), out / adapter.NAME, metadata={"format": "pt"})


def main() -> None:
    args = arguments(__doc__, 600, "styles", steps=STEPS, own=_out)
    data = Data(args.work)  # before the run, whose random state it would change
    model, optimizer = student(data.token_scale)
    path = args.work / f"{args.name}.pt"
    if args.export:
        export(path, model, args.export)
        return
    run = Run(path, model, optimizer, args)
    model.unet.compile(dynamic=False)  # a step takes a sixth less; the weights keep their names
    learn(run, data, args.work)


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--export", type=Path, help="write what was learned into this folder, and end")


if __name__ == "__main__":
    main()
