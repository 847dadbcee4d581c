"""Self-supervised tuning of a vision tower for local detail in its patch features (Eq. P3)."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d, log_softmax, one_hot

from gal_studio.core.errors import StudioError
from gal_studio.engine.patches.augmented_views import Views, make_views
from gal_studio.engine.patches.tower import PatchTower, to_pixels
from gal_studio.engine.training.checkpoints import Checkpoint, optimizer_state, read_checkpoint, restore_state
from workshop.pocket.train.tuned import tuned_weights

TEMPERATURE = 0.1
WARM_UP = 20  # steps
WEIGHT_DECAY = 0.01
MAX_GRADIENT_NORM = 1.0

Pictures = Sequence[Image.Image] | NDArray[np.uint8]
Renditions = tuple[Pictures, Pictures]  # two aligned renditions of the same pictures, one for each view
PictureSource = Callable[[int, np.random.Generator], Pictures | Renditions]


@dataclass(frozen=True)
class TowerSettings:
    """How a tower is tuned; `blocks` is the number of its last blocks to train."""

    steps: int = 400
    batch_size: int = 16
    learning_rate: float = 5e-4
    blocks: int = 2
    queries: int = 1024  # patches per step
    spots: float = 0.7  # probability of CutMix for a view; fingerprints contain this name
    checkpoint_every: int = 100


@dataclass(frozen=True)
class TowerEvent:
    """`step` of `total` steps are done; `found` is the share of patches that found their position."""

    step: int
    total: int
    loss: float
    found: float


def place_loss(
    queries: torch.Tensor, keys: torch.Tensor, targets: torch.Tensor, temperature: float = TEMPERATURE
) -> torch.Tensor:
    """InfoNCE over positions (Eq. P3): cross entropy of the cosines (n, m) of queries (n, d) and keys (m, d).

    `targets` (n, m) is each key's share of the query's true position; its rows sum to 1.
    """
    logits = queries @ keys.T / temperature
    return -(targets * log_softmax(logits, dim=1)).sum(dim=1).mean()


def place_targets(places: torch.Tensor, grid: int) -> torch.Tensor:
    """Bilinear weights (n, g * g) of the four patches around each position (n, 2), in patches."""
    kept = places.clamp(0, grid - 1)
    below = kept.floor().long().clamp(max=grid - 2)
    part = kept - below
    axes = [
        one_hot(below[:, axis], grid) * (1 - part[:, axis : axis + 1])
        + one_hot(below[:, axis] + 1, grid) * part[:, axis : axis + 1]
        for axis in (0, 1)
    ]
    return (axes[1][:, :, None] * axes[0][:, None, :]).flatten(1)


class TowerTuning:
    """The state of a tuning; every step has its own generator, seeded with the seed and the step."""

    def __init__(
        self, tower: PatchTower, pictures: PictureSource, settings: TowerSettings, seed: int
    ) -> None:
        """Make the last blocks trainable, and keep a copy of their weights."""
        self.tower, self.pictures, self.settings, self.seed = tower, pictures, settings, seed
        self.step, self.fingerprint = 0, f"{tower.name} {settings} {seed}"
        self.weights = tuned_weights(tower, settings.blocks)
        self.before = {name: weight.detach().clone() for name, weight in self.weights.items()}
        for weight in self.weights.values():
            weight.requires_grad_(True)
        self.optimizer = torch.optim.AdamW(
            self.weights.values(), lr=settings.learning_rate, weight_decay=WEIGHT_DECAY
        )

    def advance(self) -> tuple[float, float]:
        """Run one step; return its loss and the share of patches that found their position."""
        rng = np.random.default_rng([self.seed, self.step])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        side, grid = self.tower.network.side, self.tower.grid
        drawn = self.pictures(self.settings.batch_size, rng)
        first, second = drawn if isinstance(drawn, tuple) else (drawn, None)
        rendition = None if second is None else as_pixels(second, side)
        views = make_views(as_pixels(first, side), side, grid, generator, rendition=rendition)
        if self.settings.spots:
            views = mix_regions(views, grid, self.settings.spots, generator)
        loss, found = self._loss(views, generator)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * self._learning_rate_factor()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(self.weights.values()), MAX_GRADIENT_NORM)
        if not torch.isfinite(norm):
            raise StudioError(
                f"Tuning the vision model failed at step {self.step + 1}: the loss is not finite; use a "
                f"learning rate below {self.settings.learning_rate:g}."
            )
        self.optimizer.step()
        self.step += 1
        return float(loss.detach()), found

    def _loss(self, views: Views, generator: torch.Generator) -> tuple[torch.Tensor, float]:
        count, grid = len(views.first), self.tower.grid
        both = torch.cat([views.first, views.second]).to(self.tower.device)
        features = self.tower.features(both).flatten(2).transpose(1, 2)
        rows = views.valid.flatten().nonzero()[:, 0]
        if not len(rows):
            raise StudioError("The images have too little detail to tune the vision model: use others.")
        rows = rows[torch.randperm(len(rows), generator=generator)[: self.settings.queries]]
        own = torch.zeros(len(rows), count * grid * grid)
        targets = place_targets(views.places.flatten(0, 1)[rows], grid)
        first = views.sources.flatten()[rows] * grid * grid
        own.scatter_(1, first[:, None] + torch.arange(grid * grid), targets)
        queries = features[:count].flatten(0, 1)[rows.to(self.tower.device)]
        keys = features[count:].flatten(0, 1)
        loss = place_loss(queries, keys, own.to(self.tower.device))
        with torch.no_grad():
            best = (queries @ keys.T).argmax(dim=1).cpu()
        return loss, float((own[torch.arange(len(rows)), best] > 0).float().mean())

    def _learning_rate_factor(self) -> float:
        """The learning rate's factor: linear warm-up and cosine decay to 0."""
        warm = min(1.0, (self.step + 1) / WARM_UP)
        return warm * 0.5 * (1 + math.cos(math.pi * self.step / self.settings.steps))

    def checkpoint(self) -> Checkpoint:
        """Capture the state that the next step depends on."""
        return Checkpoint(self.step, self.fingerprint, optimizer_state(self.weights, self.optimizer))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Restore the state from a checkpoint."""
        restore_state(self.weights, self.optimizer, checkpoint.tensors)
        self.step = checkpoint.step

    def end(self, completed: bool) -> None:
        """Freeze the tower; restore the original weights if the tuning was not completed."""
        for name, weight in self.weights.items():
            weight.requires_grad_(False)
            weight.grad = None
            if not completed:
                weight.copy_(self.before[name])


def tune_tower(
    tower: PatchTower,
    pictures: PictureSource,
    settings: TowerSettings,
    seed: int,
    resume_from: Path | None = None,
    checkpoint: Callable[[Checkpoint], None] | None = None,
) -> Iterator[TowerEvent]:
    """Tune a tower in place (Eq. P3). `pictures(count, rng)` returns PIL pictures or uint8 (n, h, w, 3), or
    two aligned renditions of them, one for each view.

    Afterwards the tower has new weights and no limits: measure these again, then call `save_tower`. A tuning
    that is stopped or fails leaves the tower unchanged; pass its last checkpoint as `resume_from`.
    """
    tuning = TowerTuning(tower, pictures, settings, seed)
    completed = False
    try:
        if resume_from is not None:
            tuning.restore(read_checkpoint(resume_from, tuning.fingerprint))
        while tuning.step < settings.steps:
            loss, found = tuning.advance()
            yield TowerEvent(tuning.step, settings.steps, loss, found)
            if checkpoint is not None and tuning.step % settings.checkpoint_every == 0:
                checkpoint(tuning.checkpoint())
        completed = True
        tower.limits = tower.shows_from = None
    except GeneratorExit:
        if checkpoint is not None:
            checkpoint(tuning.checkpoint())
        raise
    finally:
        tuning.end(completed)


def as_pixels(pictures: Pictures, side: int) -> torch.Tensor:
    """Convert PIL pictures or uint8 (n, h, w, 3) to (n, 3, side, side) in [0, 1]."""
    if isinstance(pictures, np.ndarray):
        if pictures.shape[1:3] == (side, side):
            return torch.from_numpy(pictures.astype(np.float32)).permute(0, 3, 1, 2) / 255
        pictures = [Image.fromarray(pixels) for pixels in pictures]
    return to_pixels(pictures, side)


def localization_accuracy(tower: PatchTower, pictures: Pictures, rng: np.random.Generator) -> float:
    """The share of patches that find their own position in another view of their picture, in [0, 1].

    A patch has found it if the patch with the largest cosine in the other view is one of the four around the
    true position. Flat patches do not count.
    """
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    found = count = 0
    side, grid = tower.network.side, tower.grid
    for first in range(0, len(pictures), 32):
        views = make_views(as_pixels(pictures[first : first + 32], side), side, grid, generator)
        with torch.inference_mode():
            one, two = (
                tower.features(view.to(tower.device)).flatten(2).cpu() for view in (views.first, views.second)
            )
        best = (one.transpose(1, 2) @ two).argmax(dim=2)
        there = torch.stack([best % grid, best // grid], dim=-1)
        near = ((there - views.places.clamp(0, grid - 1)).abs() < 1).all(dim=-1)
        found += int(near[views.valid].sum())
        count += int(views.valid.sum())
    if not count:
        raise StudioError("These images have too little detail to measure the vision model: use others.")
    return found / count


MIN_AREA, MAX_AREA = 0.02, 0.1  # of a disc, relative to the view's
SOFT = 1.5  # pixels over which a disc's edge fades
UNCHANGED, REPLACED = 0.1, 0.6  # covered share below which a patch is unchanged, above which replaced


def mix_regions(views: Views, grid: int, chance: float, generator: torch.Generator) -> Views:
    """Blend discs of other pictures into the first views (ours, in Eq. P3).

    The donor is the picture with the most similar mean colour in the disc. A covered patch corresponds to
    the donor's second view; a partially covered one is no longer valid.
    """
    count, _, side, _ = views.first.shape
    regions = _regions(views.valid, grid, side, chance, generator)
    donors = _donors(views.first, regions)
    blended = views.first * (1 - regions) + views.first[donors] * regions
    covered = adaptive_avg_pool2d(regions, grid).flatten(1)
    replaced, own = covered > REPLACED, covered < UNCHANGED
    return replace(
        views,
        first=blended,
        places=torch.where(replaced[..., None], views.places[donors], views.places),
        valid=torch.where(replaced, views.valid[donors], views.valid & own),
        sources=torch.where(replaced, donors[:, None], torch.arange(count)[:, None]),
    )


def _regions(
    valid: torch.Tensor, grid: int, side: int, chance: float, generator: torch.Generator
) -> torch.Tensor:
    """Draw a soft-edged disc around a valid patch for some of the views, (n, 1, side, side) in [0, 1]."""
    count = len(valid)
    drawn = torch.rand(2, count, generator=generator)
    mixed = (drawn[0] < chance) & valid.any(dim=1)
    centres = torch.multinomial(valid.float() + 1e-6, 1, generator=generator)[:, 0]
    area = MIN_AREA + (MAX_AREA - MIN_AREA) * drawn[1]
    radius = side * (area / torch.pi).sqrt()
    pixels = torch.arange(side) + 0.5
    x, y = ((part + 0.5) * side / grid for part in (centres % grid, centres // grid))
    distance = torch.hypot(pixels[None, None] - x[:, None, None], pixels[None, :, None] - y[:, None, None])
    discs = torch.sigmoid((radius[:, None, None] - distance) / SOFT)
    return (discs * mixed[:, None, None])[:, None]


def _donors(pictures: torch.Tensor, regions: torch.Tensor) -> torch.Tensor:
    """Choose each view's donor, (n,): the other picture whose mean colour in the disc is most similar."""
    size = regions.sum(dim=(1, 2, 3)).clamp(min=1)
    colours = torch.einsum("nhw,mchw->nmc", regions[:, 0], pictures) / size[:, None, None]
    own = colours.diagonal(dim1=0, dim2=1).T
    distance = (colours - own[:, None]).norm(dim=-1)
    return distance.fill_diagonal_(float("inf")).argmin(dim=1)
