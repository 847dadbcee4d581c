"""The weighted denoising loss of Eq. G9 and P7. Tensors are float32."""

import torch

from gal_studio.engine.families.processes import as_rows


def weighted_loss(prediction: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Eq. G9, P7: mean( w * (eps_hat - eps)^2 ) over all of (n, c, h, w); not divided by the sum of w.

    `weights` is (n,), one per row, or (n, 1, h, w), one per latent position.
    """
    spread = as_rows(weights, target) if weights.ndim == 1 else weights
    return (spread * (prediction - target) ** 2).mean()


def prior_weights(weights: torch.Tensor, prior_weight: float, as_published: bool) -> torch.Tensor:
    """Weights of the prior term of Eq. G9: `prior_weight`; `as_published`, times the paired example's w_i."""
    return prior_weight * (weights if as_published else torch.ones_like(weights))


def share_noise(drawn: torch.Tensor) -> torch.Tensor:
    """Use the same draws for both rows of each of n pairs (Eq. P7): y_1 .. y_n, then x_1 .. x_n."""
    return torch.cat([drawn, drawn])


def as_maps(weights: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """Expand weights (n,) to maps (n, 1, h, w) of the latents (·, c, h, w); return maps unchanged."""
    shape = latents.shape[-2:]
    return weights.view(-1, 1, 1, 1).expand(-1, 1, *shape) if weights.ndim == 1 else weights
