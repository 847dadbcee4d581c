"""How often a person and the sampler choose the same pictures."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Of `choices` choices about suggestions, `agreed` took what was suggested; kappa over all pictures.

    `kappa` is None where it is not defined: when both raters say the same of every picture.
    """

    choices: int
    agreed: int
    kappa: float | None

    @property
    def rate(self) -> float | None:
        """The share of choices that took what was suggested, in [0, 1]; None without a choice."""
        return self.agreed / self.choices if self.choices else None


def cohen_kappa(pictures: int, first: Collection[Hashable], second: Collection[Hashable]) -> float | None:
    """`(p_o - p_e) / (1 - p_e)` of two raters who each mark some of `pictures` pictures, in [-1, 1].

    None when p_e is 1: both mark none, or both mark all.
    """
    one, other = set(first), set(second)
    if not pictures:
        return None
    if len(one | other) > pictures:
        raise ValueError(f"{len(one | other)} of {pictures} images are marked")
    observed = 1 - len(one ^ other) / pictures
    rate_one, rate_other = len(one) / pictures, len(other) / pictures
    expected = rate_one * rate_other + (1 - rate_one) * (1 - rate_other)
    return None if expected == 1 else (observed - expected) / (1 - expected)
