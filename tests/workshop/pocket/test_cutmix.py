"""CutMix: what is blended where, and the correspondence of its patches."""

import torch

from gal_studio.engine.patches.augmented_views import Views, make_views
from workshop.pocket.train.towers import mix_regions

SIDE, GRID = 64, 8


def views(count: int = 6) -> Views:
    generator = torch.Generator().manual_seed(3)
    pictures = torch.rand((count, 3, SIDE, SIDE), generator=generator)
    return make_views(pictures, SIDE, GRID, generator)


def test_a_covered_patch_corresponds_to_the_donor() -> None:
    before = views()
    after = mix_regions(before, GRID, 1.0, torch.Generator().manual_seed(1))
    strange = after.sources != torch.arange(6)[:, None]
    assert strange.any(dim=1).sum() >= 3
    for picture, patch in strange.nonzero().tolist():
        donor = int(after.sources[picture, patch])
        assert donor != picture
        torch.testing.assert_close(after.places[picture, patch], before.places[donor, patch])
        assert after.valid[picture, patch] == before.valid[donor, patch]
        top, left = (part * SIDE // GRID for part in divmod(patch, GRID))
        middle = (slice(top + 3, top + 5), slice(left + 3, left + 5))
        shown, own, other = (
            part[:, *middle] for part in (after.first[picture], before.first[picture], before.first[donor])
        )
        assert (shown - other).abs().mean() < (shown - own).abs().mean()
