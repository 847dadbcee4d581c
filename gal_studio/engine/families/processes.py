"""Noise processes: how noise is added to latents in training, and the prediction targets (Eq. G9)."""

import math
from typing import Any

import torch

from gal_studio.core.errors import StudioError

PREDICTION_TYPES = ("epsilon", "v_prediction")


def as_rows(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Reshape values (n,) so that they broadcast over the rows of `like`."""
    return values.view(-1, *([1] * (like.ndim - 1)))


def add_noise(latents: torch.Tensor, noise: torch.Tensor, alpha_bar: torch.Tensor) -> torch.Tensor:
    """x_t = sqrt(a) x_0 + sqrt(1 - a) eps, for latents (n, c, h, w) and alpha_bar (n,) in [0, 1]."""
    alpha = as_rows(alpha_bar, latents)
    return alpha.sqrt() * latents + (1 - alpha).sqrt() * noise


def prediction_target(
    prediction_type: str, latents: torch.Tensor, noise: torch.Tensor, alpha_bar: torch.Tensor
) -> torch.Tensor:
    """The prediction target: eps, or v = sqrt(a) eps - sqrt(1 - a) x_0."""
    if prediction_type == "epsilon":
        return noise
    if prediction_type == "v_prediction":
        alpha = as_rows(alpha_bar, latents)
        return alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
    raise StudioError(
        f"The prediction type {prediction_type!r} is not supported: use epsilon or v_prediction."
    )


class AlphaBarProcess:
    """Variance-preserving diffusion with discrete timesteps and a table of alpha_bar, (T,)."""

    def __init__(self, alpha_bar: torch.Tensor, prediction_type: str) -> None:
        self.alpha_bar, self.prediction_type = alpha_bar, prediction_type

    @classmethod
    def from_scheduler(cls, config: Any) -> "AlphaBarProcess":
        """Make the process from a pipeline's scheduler configuration."""
        from diffusers import DDPMScheduler

        known = DDPMScheduler().config
        kept = {key: value for key, value in config.items() if key in known and not key.startswith("_")}
        return cls(DDPMScheduler.from_config(kept).alphas_cumprod.float(), str(config.prediction_type))

    def times(
        self, count: int, generator: torch.Generator, low: float = 0.0, high: float = 1.0
    ) -> torch.Tensor:
        """Uniform integer timesteps, (count,), in [low T, high T)."""
        length = len(self.alpha_bar)
        first = min(round(low * length), length - 1)
        end = max(round(high * length), first + 1)
        return torch.randint(first, end, (count,), generator=generator)

    def share(self, times: torch.Tensor) -> torch.Tensor:
        """The timestep over T, in [0, 1)."""
        return times.float() / len(self.alpha_bar)

    def share_of(self, noise: float) -> float:
        """The first timestep with sqrt((1 - a) / a) >= noise, over T; 1 if there is none."""
        alpha_bar = 1.0 / (1.0 + noise**2)
        return float((self.alpha_bar > alpha_bar).sum()) / len(self.alpha_bar)

    def mix(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """x_t of each row."""
        return add_noise(latents, noise, self.alpha_bar[times])

    def target(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Noise or velocity, depending on the prediction type."""
        return prediction_target(self.prediction_type, latents, noise, self.alpha_bar[times])


class FlowProcess:
    """Flow matching: x_t = (1 - sigma) x_0 + sigma eps with times t = 1000 sigma; the target is eps - x_0.

    Times follow a logit-normal distribution, shifted by s: sigma -> s sigma / (1 + (s - 1) sigma).
    """

    def __init__(self, shift: float = 1.0) -> None:
        self.shift = shift

    def times(
        self, count: int, generator: torch.Generator, low: float = 0.0, high: float = 1.0
    ) -> torch.Tensor:
        """Times (count,) in (1000 low, 1000 high)."""
        if (low, high) == (0.0, 1.0):
            normal = torch.randn(count, generator=generator)
        else:  # by the inverse of the cumulative distribution
            ends = torch.special.ndtr(torch.tensor([self._normal(low), self._normal(high)]).double())
            uniform = torch.rand(count, generator=generator, dtype=torch.float64)
            normal = torch.special.ndtri(ends[0] + (ends[1] - ends[0]) * uniform).float()
        sigma = torch.sigmoid(normal)
        return 1000 * self.shift * sigma / (1 + (self.shift - 1) * sigma)

    def _normal(self, share: float) -> float:
        """The normal variable of a share of the range: the inverse of shift and logistic function."""
        if share in (0.0, 1.0):
            return math.inf if share else -math.inf
        return math.log(share / (self.shift * (1.0 - share)))

    def share(self, times: torch.Tensor) -> torch.Tensor:
        """sigma, in (0, 1)."""
        return times.float() / 1000

    def share_of(self, noise: float) -> float:
        """The sigma with sigma / (1 - sigma) = noise."""
        return noise / (1.0 + noise)

    def mix(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Interpolate linearly between latent and noise."""
        sigma = as_rows(times / 1000, latents)
        return (1 - sigma) * latents + sigma * noise

    def target(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """The direction from latent to noise."""
        return noise - latents
