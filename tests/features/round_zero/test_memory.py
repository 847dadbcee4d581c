"""The image encoder of an image adapter, and what Round 0 needs with it."""

import pytest

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.need import need
from gal_studio.core.memory.references import ImageEncoder
from gal_studio.features.round_zero.rules import ADAPTERS, VIT_BIG_G, VIT_H, round_zero


def test_the_published_encoders_have_their_published_sizes() -> None:
    """The files of h94/IP-Adapter: 2.53 GB in float32, and 3.69 GB in half precision."""
    assert VIT_H.weights == 632_076_800
    assert 2 * VIT_BIG_G.weights == 3_689_814_528


def test_an_encoder_is_counted_by_hand() -> None:
    """Width 4, inner 6, two layers of one head, pictures of 2 x 2 patches of one pixel, projected to 3."""
    encoder = ImageEncoder(4, 6, 2, 1, 1, 2, 3)
    attention, inner, norms = 4 * (4 * 4 + 4), (4 * 6 + 6) + (6 * 4 + 4), 2 * 2 * 4
    embedded = 4 + 3 * 4 + 5 * 4
    assert encoder.weights == 2 * (attention + inner + norms) + embedded + 2 * 2 * 4 + 4 * 3
    assert encoder.states == 5 * (5 * 4 + 2 * 6) + 1 * 5 * 5 + 2 * 5 * 4
    assert encoder.bytes(2) == 2 * (encoder.weights + encoder.states)


def test_a_damaged_configuration_is_refused() -> None:
    with pytest.raises(StudioError, match=r"config.json is damaged"):
        ImageEncoder.of({"hidden_size": 4})


def test_round_zero_needs_the_adapter_and_the_encoder_before_anything_is_drawn() -> None:
    shape, settings = load_shape("sdxl"), load_preset("sdxl").settings["style"]
    drawing = need(shape, settings, "cuda").drawing
    needs = round_zero(shape, settings, "cuda", VIT_BIG_G)
    assert needs.encoder == VIT_BIG_G.bytes(2)
    assert needs.without == drawing + 2 * ADAPTERS["sdxl"] <= needs.with_encoder
    held = 4 * shape.autoencoder + 2 * (shape.text + shape.denoiser + ADAPTERS["sdxl"])
    one = settings.updated({"generation": {"batch_size": 1, "resolution": 256}})
    assert round_zero(shape, one, "cuda", VIT_BIG_G).with_encoder == held + needs.encoder
    single = round_zero(shape, settings.updated({"machine": {"precision": "fp32"}}), "cpu", VIT_H)
    assert single.encoder == VIT_H.bytes(4)
