"""Training on partially accepted pictures: weights, losses by hand, and resume."""

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture, cache_pictures, encode_picture
from gal_studio.engine.training.trainer import Training
from tests.engine.conftest import noise_picture
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS


def half_mask(side: int = 32) -> Image.Image:
    """White on the left half, grey (128) in the next quarter, black on the right."""
    mask = Image.new("L", (side, side), 0)
    mask.paste(255, (0, 0, side // 2, side))
    mask.paste(128, (side // 2, 0, 3 * side // 4, side))
    return mask


def test_spatial_weights_are_the_weight_times_the_mask(model: ImageModel) -> None:
    masked = [EXAMPLES[0], replace(EXAMPLES[1], mask=half_mask())]
    source = ExampleSource(model, masked, PRIOR, SETTINGS.updated({"batch_size": 40}), seed=0)
    row = torch.tensor([0.3] * 4 + [0.3 * 128 / 255] * 2 + [0.0] * 2)
    torch.testing.assert_close(source.examples.maps[1], row.expand(8, 8), atol=1e-7, rtol=1e-6)
    assert torch.equal(source.examples.maps[0], torch.ones(8, 8))
    weights = source.next_batches(torch.Generator().manual_seed(0))[0].weights
    assert weights.shape == (80, 1, 8, 8)
    kinds = {tuple(part.unique().tolist()) for part in weights[:40]}
    assert len(kinds) == 2
    assert torch.equal(weights[40:], torch.ones(40, 1, 8, 8))


def test_the_background_of_a_reference_counts_with_its_share(model: ImageModel) -> None:
    cached = cache_pictures(model, [replace(EXAMPLES[1], mask=half_mask(), background=0.1)], SETTINGS)
    grey = 0.1 + 0.9 * 128 / 255
    row = 0.3 * torch.tensor([1.0] * 4 + [grey] * 2 + [0.1] * 2)
    torch.testing.assert_close(cached.maps[0], row.expand(8, 8), atol=1e-7, rtol=1e-6)


def test_a_mask_is_cropped_like_its_latent(model: ImageModel) -> None:
    mask = Image.linear_gradient("L").resize((80, 40)).transpose(Image.Transpose.ROTATE_180)
    wide = [ExamplePicture(noise_picture(1, width=80, height=40), "a cat", 0.5, mask=mask)]
    cached = cache_pictures(model, wide, SETTINGS)
    assert cached.maps is not None and cached.maps[0].shape == cached.latents[0].shape[1:]
    crops = cached.crops([0] * 20, True, torch.Generator().manual_seed(0))
    for latent, weights, size in zip(crops.latents, crops.maps, crops.sizes, strict=True):
        left = size[3] // 4
        assert torch.equal(latent, cached.latents[0][:, :, left : left + 8])
        assert torch.equal(weights[0], cached.maps[0][:, left : left + 8])


def test_first_loss_with_a_mask_by_hand(model: ImageModel) -> None:
    """One picture of weight 0.3: its left half counts fully, the next quarter half, the rest not."""
    example = replace(EXAMPLES[1], mask=half_mask())
    settings = SETTINGS.updated({"batch_size": 1})
    source = ExampleSource(model, [example], [], settings, 4)
    generator = torch.Generator().manual_seed(4)
    generator.set_state(Training(model, source, settings, 4).generator.get_state())
    detach(model)
    torch.randint(1, (1,), generator=generator)
    time = torch.randint(1000, (1,), generator=generator)[0]
    noise, clean = torch.randn((4, 8, 8), generator=generator), encode_picture(model, example.image, (32, 32))
    a = model.family.process().alpha_bar[time]
    with torch.no_grad():
        noisy = (a.sqrt() * clean + (1 - a).sqrt() * noise)[None]
        text = source.examples.texts[0].hidden[None]
        said = model.denoiser(noisy, time[None], encoder_hidden_states=text).sample.float()[0]
    squares = (said - (a.sqrt() * noise - (1 - a).sqrt() * clean)) ** 2
    weights = 0.3 * torch.tensor([1, 1, 1, 1, 128 / 255, 128 / 255, 0, 0])
    events = fine_tune(model, [example], [], settings, seed=4)
    loss = next(events).loss
    events.close()
    assert loss == pytest.approx(float((weights * squares).mean()), rel=1e-5)


def test_a_white_mask_is_the_same_as_none(model: ImageModel) -> None:
    white = [replace(example, mask=Image.new("L", (32, 32), 255)) for example in EXAMPLES]
    for published in (False, True):
        settings = SETTINGS.updated({"prior_as_published": published})
        expected = [event.loss for event in fine_tune(model, EXAMPLES, PRIOR, settings, seed=2)]
        detach(model)
        found = [event.loss for event in fine_tune(model, white, PRIOR, settings, seed=2)]
        detach(model)
        assert found == pytest.approx(expected, rel=1e-6)


def test_without_masks_each_picture_has_one_weight(model: ImageModel) -> None:
    """Without masks nothing changes: there are no maps, and the fingerprint is the same."""
    source = ExampleSource(model, EXAMPLES, PRIOR, SETTINGS, seed=0)
    assert source.examples.maps is None
    assert source.next_batches(torch.Generator().manual_seed(0))[0].weights.shape == (4,)
    digest = hashlib.sha256(json.dumps([SETTINGS.essential.distinctive(), 0, 2], sort_keys=True).encode())
    for picture in (*EXAMPLES, *PRIOR):
        digest.update(json.dumps([picture.prompt, picture.weight, picture.image.size]).encode())
        digest.update(picture.image.tobytes())
    assert source.fingerprint == digest.hexdigest()
    for mask in (half_mask(), Image.new("L", (32, 32), 255)):
        masked = [replace(one, mask=mask) for one in EXAMPLES]
        assert ExampleSource(model, masked, PRIOR, SETTINGS, seed=0).fingerprint != source.fingerprint


def test_a_mask_of_another_size_is_refused(model: ImageModel) -> None:
    wrong = [replace(EXAMPLES[0], mask=half_mask(16))]
    with pytest.raises(StudioError, match="mask is 16 x 16 pixels and its image 32 x 32"):
        next(fine_tune(model, wrong, [], SETTINGS, seed=0))
