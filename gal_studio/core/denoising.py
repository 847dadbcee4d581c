"""The denoising steps of an image, and which of them lie before a place in noise (Eq. G13)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from gal_studio.core import checks
from gal_studio.core.errors import StudioError

MOST_SIGMAS = 1000
LARGEST_SIGMA = 1000.0
COUNTED = 10
"""Where steps have a list of sigmas, a share counts so many steps of Karras' spacing (2206.00364) …"""
LOWEST = 0.02
"""… from the list's first sigma down to this one."""
RHO = 7.0


@dataclass(frozen=True)
class Denoising:
    """Denoising steps (Eq. G13); `sigmas` is the noise at which each begins, () as the model spaces them.

    A sigma is the noise's deviation over that of the image.
    """

    steps: int
    sigmas: tuple[float, ...] = ()

    def before(self, share: float) -> int:
        """How many steps lie before this share of denoising, in [0, 1]: from 0 to all of them.

        Without sigmas, the nearest number to this share of the steps. With them, those with more noise than
        lies at this share of ten steps of Karras' spacing, so that a share is a place in noise.
        """
        if not self.sigmas:
            return math.floor(share * self.steps + 0.5)
        if share == 1.0:
            return self.steps
        return sum(place + 0.5 <= COUNTED * share + 1e-9 for place in self._places)

    @cached_property
    def _places(self) -> tuple[float, ...]:
        """Where each sigma lies among ten steps of Karras' spacing: 0 at the first, 9 at `LOWEST`."""
        high, low = self.sigmas[0] ** (1 / RHO), LOWEST ** (1 / RHO)
        return tuple((COUNTED - 1) * (high - sigma ** (1 / RHO)) / (high - low) for sigma in self.sigmas)


def spaced(sigmas: Sequence[float], steps: int) -> tuple[float, ...]:
    """Sigmas for so many steps: the list itself if it has as many, or evenly between its logarithms."""
    if not sigmas or len(sigmas) == steps:
        return tuple(sigmas)
    import numpy  # a refused start does not wait for it

    at = numpy.linspace(0.0, len(sigmas) - 1.0, steps)
    logs = numpy.interp(at, numpy.arange(len(sigmas)), numpy.log(sigmas))
    return tuple(float(f"{sigma:.4g}") for sigma in numpy.exp(logs))


def check_sigmas(name: str, value: object) -> None:
    """Accept only a tuple of numbers above `LOWEST`, each smaller than the one before, or none."""
    numbers = value if isinstance(value, tuple) else None
    if numbers is None or len(numbers) > MOST_SIGMAS:
        raise StudioError(f"{name} is {checks.shown(value)}: choose a list of numbers, such as 80, 6, 1.")
    for number in numbers:
        checks.real(name, number, LOWEST, LARGEST_SIGMA, exclude_low=True)
    if any(after >= before for before, after in pairwise(numbers)):
        raise StudioError(
            f"{name} is {', '.join(f'{one:g}' for one in numbers)}: each number must be smaller than the one "
            "before, such as 80, 6, 1."
        )
