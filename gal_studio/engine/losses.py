"""The weighted denoising loss of Eq. G9, one function for each of its parts. Tensors are float32."""

import torch

from gal_studio.core.errors import StudioError


def _as_rows(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return values.view(-1, *([1] * (like.ndim - 1)))


def add_noise(latents: torch.Tensor, noise: torch.Tensor, alpha_bar: torch.Tensor) -> torch.Tensor:
    """x_t = sqrt(a) x_0 + sqrt(1 - a) eps, for latents (n, c, h, w) and alpha_bar (n,) in [0, 1]."""
    alpha = _as_rows(alpha_bar, latents)
    return alpha.sqrt() * latents + (1 - alpha).sqrt() * noise


def prediction_target(
    prediction_type: str, latents: torch.Tensor, noise: torch.Tensor, alpha_bar: torch.Tensor
) -> torch.Tensor:
    """What the denoiser should say: eps, or v = sqrt(a) eps - sqrt(1 - a) x_0."""
    if prediction_type == "epsilon":
        return noise
    if prediction_type == "v_prediction":
        alpha = _as_rows(alpha_bar, latents)
        return alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
    raise StudioError(f"The prediction type {prediction_type!r} is not known: use epsilon or v_prediction.")


def weighted_loss(prediction: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Eq. G9: mean( w_i * (eps_hat - eps)^2 ) over all of (n, c, h, w); not divided by the sum of w."""
    return (_as_rows(weights, target) * (prediction - target) ** 2).mean()


def prior_weights(weights: torch.Tensor, prior_weight: float, as_published: bool) -> torch.Tensor:
    """Weights of the prior term of Eq. G9: `prior_weight`, or times the paired sample's w_i as published."""
    return prior_weight * (weights if as_published else torch.ones_like(weights))
