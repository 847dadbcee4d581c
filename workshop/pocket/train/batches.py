"""Batches for the autoencoder: crops and whole pictures of labelled renders and unlabelled drawings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

CROP = 64
BATCH = 16  # crops of 64 px, or a quarter as many whole pictures
PLAIN_SHARE = 0.5


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    """uint8 (n, h, w, 3) to float (n, 3, h, w) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def crops(pictures: np.ndarray, rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Random crops of random pictures, uint8 (count, size, size, 3)."""
    chosen = rng.integers(len(pictures), size=count)
    corners = rng.integers(0, 128 - size + 1, size=(count, 2))
    return np.stack(
        [pictures[i, y : y + size, x : x + size] for i, (y, x) in zip(chosen, corners, strict=True)]
    )


class Pictures:
    """Batches of both kinds: labelled renders and unlabelled drawings."""

    def __init__(self, work: Path, rng: np.random.Generator) -> None:
        self.kinds = load_pictures(work, "plain"), load_pictures(work, "train")
        self.rng = rng

    def batch(self, step: int) -> torch.Tensor:
        """A batch of crops in odd steps, of whole pictures in even ones; float (n, 3, h, w)."""
        size, count = (CROP, BATCH) if step % 2 else (128, BATCH // 4)
        plain = round(PLAIN_SHARE * count)
        shares = zip(self.kinds, (plain, count - plain), strict=True)
        return to_tensor(np.concatenate([crops(kind, self.rng, n, size) for kind, n in shares]))


def load_pictures(work: Path, split: str, shards_at_most: int = 8) -> np.ndarray:
    """The finished pictures of a split, uint8 (n, 128, 128, 3)."""
    shards = sorted(path for path in work.glob(f"{split}-*.npz") if ".part" not in path.name)
    if not shards:
        raise SystemExit(f"no {split} pictures in {work}: run workshop.pocket.data.plain and .dataset first")
    return np.concatenate([np.load(path)["pictures"] for path in shards[:shards_at_most]])
