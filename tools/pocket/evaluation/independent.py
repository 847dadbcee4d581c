"""What an independent tower sees: features of the judge's ResNet-18, which made no weights and no flags."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional

from gal_studio.core.patchdpo.masks import foreground_patches
from tools.pocket.train.clip import normalise
from tools.pocket.train.judge import Judge

SIDE = 128
SIZES = (1.0, 0.75, 0.55)  # of a reference
STAGES = {"layer1": 32, "layer2": 16, "layer3": 8}  # with the patches a side


class IndependentTower:
    """Patch features and style statistics from the stages of the judge."""

    def __init__(self, judge: Judge) -> None:
        self.body = judge.body.eval()

    @torch.no_grad()
    def stages(self, pictures: Sequence[Image.Image]) -> dict[str, torch.Tensor]:
        """The stages' maps (n, c, h, w)."""
        x = np.stack([np.asarray(p.convert("RGB").resize((SIDE, SIDE)), np.float32) for p in pictures])
        level = normalise(torch.from_numpy(x).permute(0, 3, 1, 2) / 255)
        body = self.body
        level = body.maxpool(body.act1(body.bn1(body.conv1(level))))
        found = {}
        for name in STAGES:
            level = getattr(body, name)(level)
            found[name] = level
        return found

    def patches(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """(n, 16, 16, d), unit length: the second and third stage beside each other."""
        stages = self.stages(pictures)
        third = functional.interpolate(stages["layer3"], size=16, mode="bilinear", align_corners=False)
        parts = [functional.normalize(part, dim=1) for part in (stages["layer2"], third)]
        joined = functional.normalize(torch.cat(parts, 1), dim=1)
        return joined.permute(0, 2, 3, 1).numpy()

    def subject_likeness(
        self, pictures: Sequence[Image.Image], references: Sequence[tuple[Image.Image, Image.Image]]
    ) -> NDArray[np.float64]:
        """How well each picture holds the references' foregrounds, (n,): the mean over a reference's patches
        of the best match in the picture; `references` are (picture, mask).

        A subject in a place is smaller, so that each reference is held against the picture in several sizes,
        and the best one counts. On true renders of twelve held-out designs against others of the same thing,
        in the same places, that tells them apart with an area under the ROC curve of 0.95 (one size: 0.92).
        """
        flat = self.patches(pictures)
        flat = flat.reshape(len(flat), -1, flat.shape[-1])
        figures = [
            np.max([self._held(flat, *shrunk(picture, mask, size)) for size in SIZES], axis=0)
            for picture, mask in references
        ]
        return np.mean(figures, axis=0).astype(np.float64)

    def _held(
        self, flat: NDArray[np.float32], reference: Image.Image, mask: Image.Image
    ) -> NDArray[np.float64]:
        features = self.patches([reference])[0]
        inside = foreground_patches(np.asarray(mask, np.float64) / 255, *features.shape[:2])
        return (flat @ features[inside].T).max(1).mean(1).astype(np.float64)

    def style_statistics(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """Means and deviations of every channel of three stages, (n, d)."""
        parts = [f(level.flatten(2)) for level in self.stages(pictures).values() for f in (_mean, _deviation)]
        return torch.cat(parts, 1).double().numpy()


def shrunk(picture: Image.Image, mask: Image.Image, size: float) -> tuple[Image.Image, Image.Image]:
    """A picture on a plain ground and its mask, smaller by this factor on a canvas of the same ground."""
    side = round(SIDE * size)
    corner = ((SIDE - side) // 2,) * 2
    ground = picture.convert("RGB").getpixel((1, 1))
    canvas, covered = Image.new("RGB", (SIDE, SIDE), ground), Image.new("L", (SIDE, SIDE))
    canvas.paste(picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS), corner)
    covered.paste(mask.convert("L").resize((side, side)), corner)
    return canvas, covered


def _mean(x: torch.Tensor) -> torch.Tensor:
    return x.mean(2)


def _deviation(x: torch.Tensor) -> torch.Tensor:
    return x.std(2)


def style_likeness(
    statistics: NDArray[np.float64], reference: NDArray[np.float64], ordinary: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cosine (n,) between pictures' and the reference's statistics, standardised by ordinary pictures'."""
    centre, spread = ordinary.mean(0), ordinary.std(0) + 1e-6
    mine, its = (statistics - centre) / spread, (reference - centre) / spread
    return mine @ its / (np.linalg.norm(mine, axis=1) * np.linalg.norm(its))
