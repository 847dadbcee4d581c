"""Independent features: those of the judge's ImageNet network, which is not used for any weight or flag."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional

from gal_studio.core.patchdpo.masks import foreground_patches
from workshop.pocket.train.judge import Judge, statistics

SIDE, BATCH = 128, 64


class IndependentTower:
    """Patch features and style statistics from the stages of the judge."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge.eval()

    @torch.no_grad()
    def stages(self, pictures: Sequence[Image.Image]) -> list[torch.Tensor]:
        """The feature maps (n, c, h, w) at strides 4, 8 and 16."""
        x = np.stack([np.asarray(p.convert("RGB").resize((SIDE, SIDE)), np.float32) for p in pictures])
        parts = torch.from_numpy(x).permute(0, 3, 1, 2).div(255).split(BATCH)
        return [torch.cat(maps) for maps in zip(*(self.judge.stages(part)[1] for part in parts), strict=True)]

    def patches(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Patch features (n, h, w, d) of unit norm: the stages at strides 8 and 16 concatenated."""
        _, second, third = self.stages(pictures)
        third = functional.interpolate(third, size=second.shape[-2:], mode="bilinear", align_corners=False)
        parts = [functional.normalize(part, dim=1) for part in (second, third)]
        joined = functional.normalize(torch.cat(parts, 1), dim=1)
        return joined.permute(0, 2, 3, 1).numpy()

    def subject_likeness(
        self, pictures: Sequence[Image.Image], references: Sequence[tuple[Image.Image, Image.Image]]
    ) -> NDArray[np.float64]:
        """How well each picture shows the foregrounds of the references (picture, mask), (n,).

        It is the mean best match of the patches of a reference in the picture. On renders of twelve held-out
        designs against other designs of the same concept in the same six places, the mean area under the ROC
        curve is 0.998 (also when the reference is compared in three sizes).
        """
        flat = self.patches(pictures)
        flat = flat.reshape(len(flat), -1, flat.shape[-1])
        figures = [self._held(flat, picture, mask) for picture, mask in references]
        return np.mean(figures, axis=0).astype(np.float64)

    def _held(
        self, flat: NDArray[np.float32], reference: Image.Image, mask: Image.Image
    ) -> NDArray[np.float64]:
        features = self.patches([reference])[0]
        inside = foreground_patches(np.asarray(mask, np.float64) / 255, *features.shape[:2])
        return (flat @ features[inside].T).max(1).mean(1).astype(np.float64)

    def style_statistics(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """The means and standard deviations of all channels of three stages, (n, d)."""
        return torch.cat([statistics(level) for level in self.stages(pictures)], 1).double().numpy()


def style_likeness(
    statistics: NDArray[np.float64], reference: NDArray[np.float64], ordinary: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The cosine (n,) of the statistics with those of the reference, standardised by ordinary pictures."""
    centre, spread = ordinary.mean(0), ordinary.std(0) + 1e-6
    mine, its = (statistics - centre) / spread, (reference - centre) / spread
    return mine @ its / (np.linalg.norm(mine, axis=1) * np.linalg.norm(its))
