"""SSCD and CSD with random weights, in the layouts of the published files."""

import argparse
from pathlib import Path

import numpy as np
import torch
from open_clip.transformer import QuickGELU, VisionTransformer
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

WIDTH, SIDE, PATCH, STYLES = 64, 32, 8, 16


def tiny_sscd(is_deep: bool = False, seed: int = 0) -> ResNet:
    """A ResNet with one block a layer and vectors of 24 numbers; a deep one has groups, as ResNeXt has."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if is_deep:
            return ResNet(Bottleneck, [1, 1, 1, 1], num_classes=24, groups=4, width_per_group=4).eval()
        return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=24).eval()


def save_sscd(path: Path, network: ResNet) -> str:
    """Write what sscd_disc_mixup.torchvision.pt is, or the same as safetensors."""
    _save(path, {f"backbone.{name}": weight for name, weight in network.state_dict().items()})
    return str(path)


def tiny_csd(seed: int = 0) -> VisionTransformer:
    """A CLIP's image tower of two blocks, whose projection is that of styles."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return VisionTransformer(SIDE, PATCH, WIDTH, 2, 1, 4.0, output_dim=STYLES, act_layer=QuickGELU).eval()


def save_csd(path: Path, network: VisionTransformer) -> str:
    """Write a CSD: as safetensors, or with the training's state, as the published pytorch_model.bin."""
    found = network.state_dict()
    projection = found.pop("proj")
    weights = {f"backbone.{name}": weight for name, weight in found.items()}
    weights |= {"last_layer_style": projection, "last_layer_content": torch.zeros_like(projection)}
    if path.suffix == ".safetensors":
        _save(path, weights)
        return str(path)
    kept = {f"module.{name}": weight for name, weight in weights.items()}
    state = {"opt_bb": {"lr": np.float64(1e-4)}, "args": argparse.Namespace(arch="vit_large"), "iter": 3}
    torch.save({"model_state_dict": kept, **state}, path)
    return str(path)


def _save(path: Path, weights: dict[str, torch.Tensor]) -> None:
    if path.suffix == ".safetensors":
        save_file({name: weight.clone().contiguous() for name, weight in weights.items()}, path)
    else:
        torch.save(weights, path)


class GeneralizedMean(nn.Module):
    """The pooling of SSCD with the exponent 3, as its paper has it."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) to (n, c)."""
        flat = maps.flatten(2).clamp(min=1e-6)
        return torch.mean(flat**3, dim=2) ** (1 / 3)
