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


def test_patches_outside_a_region_are_unchanged() -> None:
    before = views()
    after = mix_regions(before, GRID, 1.0, torch.Generator().manual_seed(1))
    changed = (after.first - before.first).abs().amax(dim=1) > 0.2
    touched = torch.nn.functional.max_pool2d(changed.float()[:, None], SIDE // GRID).flatten(1) > 0
    kept = after.valid & (after.sources == torch.arange(6)[:, None])
    assert (before.valid >= kept).all()
    assert not (kept & touched & ~before.valid).any()
    assert (kept & ~touched).any() and (before.valid & ~after.valid).any()  # half covered: not asked about
    torch.testing.assert_close(after.second, before.second)


def test_the_donor_has_the_most_similar_colour() -> None:
    pictures = torch.stack([torch.full((3, SIDE, SIDE), level) for level in (0.1, 0.2, 0.8, 0.9)])
    one = views(4)
    plain = Views(pictures, pictures, one.places, torch.ones_like(one.valid), one.sources)
    after = mix_regions(plain, GRID, 1.0, torch.Generator().manual_seed(0))
    for picture, donor in enumerate((1, 0, 3, 2)):
        assert set(after.sources[picture].tolist()) == {picture, donor}


def test_with_probability_zero_nothing_changes() -> None:
    before = views()
    after = mix_regions(before, GRID, 0.0, torch.Generator().manual_seed(1))
    assert torch.equal(after.sources, before.sources) and torch.equal(after.valid, before.valid)
    torch.testing.assert_close(after.first, before.first)
