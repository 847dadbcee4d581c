"""The autoencoder: growing, transformations of latents, and its optimizer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tools.pocket.train import autoencoder, batches, decoder
from tools.pocket.train.muon import Muon, orthogonal

pytestmark = pytest.mark.thorough

WIDTHS = (8, 8, 8, 8)


def test_growth_keeps_what_the_old_channels_said() -> None:
    torch.manual_seed(0)
    old, new = autoencoder.build(4, WIDTHS, 1).eval(), autoencoder.build(6, WIDTHS, 2).eval()
    autoencoder.grow(new, old.state_dict())
    picture = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        told, kept = (model.encode(picture).latent_dist for model in (old, new))
        assert torch.allclose(told.mean, kept.mean[:, :4], atol=1e-5)
        assert torch.allclose(told.logvar, kept.logvar[:, :4], atol=1e-5)
        silent = torch.cat([told.mean, torch.zeros(1, 2, 4, 4)], 1)
        assert torch.allclose(old.decode(told.mean).sample, new.decode(silent).sample, atol=1e-4)


def test_a_shape_is_read_from_its_weights() -> None:
    old = autoencoder.build(6, (8, 8, 16, 16), 2)
    new = autoencoder.build_like(old.state_dict())
    assert new.config.block_out_channels == (8, 8, 16, 16)
    assert new.config.layers_per_block == 2
    assert torch.equal(new.encoder.conv_in.weight, old.encoder.conv_in.weight)


def test_latents_move_as_their_pictures_do() -> None:
    rng = np.random.default_rng(0)
    target = torch.arange(3 * 16 * 16.0).reshape(1, 3, 16, 16)
    sizes = set()
    for _ in range(20):
        latents, moved = autoencoder.moved(target, target, rng)
        assert torch.equal(latents, moved)
        sizes.add(latents.shape[-1])
    assert sizes == {8, 16}


def test_crops_lie_inside() -> None:
    pictures = np.arange(2 * 128 * 128 * 3, dtype=np.uint32).reshape(2, 128, 128, 3).astype(np.uint8)
    assert batches.crops(pictures, np.random.default_rng(0), 5, 64).shape == (5, 64, 64, 3)
    assert batches.crops(pictures, np.random.default_rng(0), 2, 128).shape == (2, 128, 128, 3)


def test_a_loss_reaches_every_weight() -> None:
    model = autoencoder.build(4, WIDTHS, 1)
    loss, psnr, divergence = autoencoder.loss_of(model, torch.rand(2, 3, 32, 32), np.random.default_rng(0))
    loss.backward()
    assert np.isfinite([psnr, divergence]).all()
    assert all(weight.grad is not None for weight in model.parameters())


def test_the_decoder_is_trained_alone() -> None:
    model = autoencoder.build(4, WIDTHS, 1)
    model.encoder.requires_grad_(False)
    loss, psnr = decoder.decoder_loss(model, torch.rand(2, 3, 32, 32), np.random.default_rng(0))
    loss.backward()
    assert np.isfinite(psnr)
    assert model.decoder.conv_in.weight.grad is not None and model.encoder.conv_in.weight.grad is None


def test_updates_are_nearly_orthogonal() -> None:
    torch.manual_seed(1)
    for shape in ((12, 40), (40, 12)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert values.min() > 0.6 and values.max() < 1.3


def test_muon_goes_down_and_resumes() -> None:
    torch.manual_seed(2)
    model = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
    data, wanted = torch.randn(64, 6), torch.randn(64, 1)
    optimizer = Muon(model.named_parameters(), 0.05, 0.01)
    losses = []
    for _ in range(60):
        loss = (model(data) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    other = Muon(model.named_parameters(), 0.05, 0.01)
    other.load_state_dict(optimizer.state_dict())
    assert torch.equal(other.state[model[0].weight]["mean"], optimizer.state[model[0].weight]["mean"])
