"""What a score of a candidate is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class DrawnPictures:
    """What a score is computed from: n pictures that were just drawn, with CLIP features of unit norm.

    `pixels` are arrays (H, W, 3) of values 0 to 255. `features` (n, d) are those of the pictures, `prompts`
    (n, d) those of the prompt of each one, `reference_prompts` (m, d) those of the references' prompts, and
    `references` (r, d) those of the references themselves, without rows where there are none.
    What the vision model says is None where it was not asked: `shown` (n,) is `SHOWN`, `alike` (n,) the
    likeness of Eq. G16, and `carried` (n,) is Eq. G17.
    `usual` (n,) is half of the margin of what the base model drew for each prompt (Eq. G16); None without it.
    `all_prompts` (k, d) are those of all test prompts and references, and `usual_gap` is how much nearer the
    base model's pictures are to their own one than to any other, on average (Eq. G14); None without them.
    `usual_roughness` is the largest of the references and the base model's pictures.
    """

    pixels: tuple[NDArray[numpy.uint8], ...]
    features: Floats
    prompts: Floats
    reference_prompts: Floats
    references: Floats
    shown: Floats | None = None
    alike: Floats | None = None
    carried: Floats | None = None
    usual: Floats | None = None
    all_prompts: Floats | None = None
    usual_gap: float | None = None
    usual_roughness: float | None = None


@dataclass(frozen=True)
class Score:
    """One number for each candidate, from `low` to `high`.

    It is stored and exported under its `name`, which stays the same for ever, and shown under its `label`.
    `higher` and `method` say in plain words what a higher value means and how it is computed.
    `compute` returns None for pictures that cannot have this score, or get it later. One `in_percent` is
    shown so, and stored as all others are.
    """

    name: str
    label: str
    low: float
    high: float
    higher: str
    method: str
    compute: Callable[[DrawnPictures], Floats | None]
    in_percent: bool = False

    @property
    def explanation(self) -> str:
        """What the number says, for a person."""
        low, high = (f"{bound:g}".replace("-", "−") for bound in (self.low, self.high))
        return f"From {low} to {high}; higher is {self.higher}. How is this computed? {self.method}"
