"""Models made to describe a whole picture by one vector: SSCD tells copies, CSD tells styles (Eq. G16, G17).

SSCD (arXiv 2202.10261) is a ResNet of torchvision with generalized-mean pooling, CSD (arXiv 2404.01292) the
image tower of a CLIP with a projection for styles. Their sizes are read off the weights.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.features.clip import BATCH, unit_rows
from gal_studio.engine.hub import needs
from gal_studio.engine.hub.models import met
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.models.devices import choose_device
from gal_studio.engine.saving import read_table

DescriptorKind = Literal["SSCD", "CSD"]
Weights = dict[str, torch.Tensor]
FILES = (".safetensors", ".sft", ".pt", ".pth", ".bin", ".ckpt")
ON_THE_HUB = "*.safetensors"
POOLING, LEAST = 3.0, 1e-6  # the exponent of SSCD's pooling, and what its inputs are at least
STYLE_HEAD = "last_layer_style"
HEAD_WIDTH = 64  # numbers of an attention head of every CLIP of OpenAI
_NAMES = {"SSCD": "backbone.layer1.0.conv1.weight", "CSD": STYLE_HEAD}
_WANTED = {
    "SSCD": "a file such as sscd_disc_mixup.torchvision.pt (not the TorchScript or Classy Vision one)",
    "CSD": "yuxi-liu-wired/CSD, or the pytorch_model.bin of CSD-ViT-L",
}


@dataclass(frozen=True)
class Descriptor:
    """A loaded model that describes pictures by unit vectors, whose cosine says how alike two are."""

    name: str
    network: nn.Module
    prepare: Callable[[Image.Image], torch.Tensor]
    device: torch.device

    def describe(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """The vectors (n, d) of n pictures."""
        rows = []
        for first in range(0, len(pictures), BATCH):
            batch = [self.prepare(picture.convert("RGB")) for picture in pictures[first : first + BATCH]]
            with torch.no_grad():
                rows.append(self.network(torch.stack(batch).to(self.device)))
        return unit_rows(rows, f"model {self.name}")


def load_descriptor(
    kind: DescriptorKind,
    name: str,
    device: str | torch.device | None = None,
    revisions: Revisions | None = None,
) -> Descriptor:
    """Load the weights in a file, or those of a hub repository with one safetensors file.

    Raises a StudioError if they are not of this kind.
    """
    weights = _weights(kind, name, {} if revisions is None else revisions)
    chosen = choose_device(device)
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            network, prepare = _sscd(weights) if kind == "SSCD" else _csd(weights)
    except (RuntimeError, KeyError, ValueError, IndexError) as error:  # other names or shapes
        raise _misfit(kind, name, first_line(error)) from error
    return Descriptor(name, network.to(chosen).requires_grad_(False).eval(), prepare, chosen)


def descriptor_needs(
    kind: DescriptorKind, name: str, revisions: Mapping[str, str]
) -> tuple[MissingFiles, ...]:
    """What such a model needs from the hub: nothing if it is a file, which is checked."""
    if _is_file(name):
        _check_names(kind, name, _table(kind, Path(name).expanduser()))
        return ()
    return (needs.matching(name, revisions, ON_THE_HUB),)


def _weights(kind: DescriptorKind, name: str, revisions: Revisions) -> Weights:
    path = Path(name).expanduser()
    if not _is_file(name):
        files = sorted(met(needs.matching(name, revisions, ON_THE_HUB), revisions).glob(ON_THE_HUB))
        if len(files) > 1:
            raise _misfit(kind, name, f"it has {len(files)} safetensors files")
        path = files[0]
    found = _table(kind, path)
    _check_names(kind, name, found)
    return {key: value for key, value in found.items() if isinstance(value, torch.Tensor)}


def _is_file(name: str) -> bool:
    return Path(name).suffix.lower() in FILES


def _table(kind: DescriptorKind, path: Path) -> dict[str, Any]:
    """The table of weights, also of one that a training has saved with its state."""
    found = read_table(path, f"{kind} model")
    inner = found.get("model_state_dict", found)
    return {str(key).removeprefix("module."): value for key, value in inner.items()}


def _check_names(kind: DescriptorKind, name: str, found: Collection[str]) -> None:
    if _NAMES[kind] not in found:
        raise _misfit(kind, name, f"it has no {_NAMES[kind]}")


def _misfit(kind: DescriptorKind, name: str, reason: str) -> StudioError:
    return StudioError(
        f"{name} isn’t {'an' if kind == 'SSCD' else 'a'} {kind} model ({reason}): give "
        f"{_WANTED[kind]}, or leave it empty."
    )


class _MeanPooling(nn.Module):
    """The generalized mean over all places (GeM)."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps.clamp(min=LEAST).pow(POOLING).mean(dim=(2, 3)).pow(1.0 / POOLING)


def _sscd(weights: Weights) -> tuple[nn.Module, Callable[[Image.Image], torch.Tensor]]:
    import open_clip
    from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

    own = {name.removeprefix("backbone."): value for name, value in weights.items()}
    blocks = {match.groups() for name in own if (match := re.match(r"layer(\d)\.(\d+)\.", name))}
    layers = [sum(layer == str(number) for layer, _ in blocks) for number in range(1, 5)]
    is_deep = "layer1.0.conv3.weight" in own
    width, per_group = own["layer1.0.conv2.weight"].shape[:2]
    groups = width // per_group
    network = ResNet(
        Bottleneck if is_deep else BasicBlock,
        layers,
        num_classes=own["fc.weight"].shape[0],
        groups=groups,
        width_per_group=width // groups,
    )
    network.avgpool = _MeanPooling()  # type: ignore[assignment]
    network.load_state_dict(own)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    prepare = open_clip.image_transform(
        320, is_train=False, mean=mean, std=std, resize_mode="squash", interpolation="bilinear"
    )
    return network, prepare


def _csd(weights: Weights) -> tuple[nn.Module, Callable[[Image.Image], torch.Tensor]]:
    import open_clip
    from open_clip.transformer import QuickGELU, VisionTransformer

    own = {
        name.removeprefix("backbone."): value
        for name, value in weights.items()
        if name.startswith("backbone.")
    }
    own["proj"] = weights[STYLE_HEAD]
    width, patch = own["conv1.weight"].shape[0], own["conv1.weight"].shape[-1]
    side = round((own["positional_embedding"].shape[0] - 1) ** 0.5) * patch
    network = VisionTransformer(
        image_size=side,
        patch_size=patch,
        width=width,
        layers=sum(name.endswith("ln_1.weight") for name in own),
        heads=width // HEAD_WIDTH,
        mlp_ratio=own["transformer.resblocks.0.mlp.c_fc.weight"].shape[0] / width,
        output_dim=own["proj"].shape[1],
        act_layer=QuickGELU,
    )
    network.load_state_dict(own)
    mean, std = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
    return network, open_clip.image_transform(side, is_train=False, mean=mean, std=std)
