"""Additional losses of a reconstruction: a perceptual loss by the shipped CLIP, and an adversarial one."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from gal_studio.assets import assets_folder
from workshop.pocket.train.training import fast_precision

FEATURES = 0.02
ADVERSARIAL = 0.005
CRITIC_RATE = 2e-4
MEAN, STD = 0.6, 0.3


def image_tower() -> nn.Module:
    """The timm trunk of the shipped CLIP."""
    import open_clip

    folder = assets_folder() / "pocket" / "clip"
    return open_clip.create_model(f"local-dir:{folder}").visual.trunk


class Judged:
    """The perceptual loss: L1 between unit-norm features of the first stages."""

    def __init__(self, device: torch.device) -> None:
        self.tower = image_tower().to(device).eval().requires_grad_(False)

    def features(self, picture: torch.Tensor) -> list[torch.Tensor]:
        """Unit vectors of the stem and the first two stages, for pictures in [-1, 1]."""
        x = ((picture + 1) / 2 - MEAN) / STD
        with fast_precision(picture.device):
            found = self.tower.forward_intermediates(x, indices=3, intermediates_only=True)
        return [functional.normalize(f.float(), dim=1) for f in found[:3]]

    def __call__(self, made: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            wanted = self.features(target)
        pairs = zip(self.features(made), wanted, strict=True)
        return FEATURES * sum((a - b).abs().sum(1).mean() for a, b in pairs)


def critic_net(width: int = 32) -> nn.Sequential:
    """A convolutional patch critic with a receptive field of 22 px and a stride of 8 px."""

    def step(inside: int, outside: int, stride: int) -> list[nn.Module]:
        return [
            nn.utils.parametrizations.spectral_norm(nn.Conv2d(inside, outside, 4, stride, 1)),
            nn.LeakyReLU(0.2),
        ]

    last = nn.Conv2d(4 * width, 1, 3, 1, 1)
    return nn.Sequential(*step(3, width, 2), *step(width, 2 * width, 2), *step(2 * width, 4 * width, 2), last)


class Critic:
    """The adversarial loss: a critic learns to tell reconstructions from pictures (hinge loss)."""

    def __init__(self, device: torch.device) -> None:
        self.net = critic_net().to(device)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=CRITIC_RATE, betas=(0.5, 0.9))

    def __call__(self, made: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The loss of the reconstructions, after one training step of the critic."""
        real, false = self.net(target), self.net(made.detach())
        lesson = functional.relu(1 - real).mean() + functional.relu(1 + false).mean()
        self.optimizer.zero_grad(set_to_none=True)
        lesson.backward()
        self.optimizer.step()
        self.net.requires_grad_(False)
        loss = -ADVERSARIAL * self.net(made).mean()
        self.net.requires_grad_(True)
        return loss
