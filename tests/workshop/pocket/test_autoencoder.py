"""The autoencoder: growing, transformations of latents, and its optimizer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from workshop.pocket.train import autoencoder, decoder
from workshop.pocket.train.muon import Muon

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


def test_the_decoder_is_trained_alone() -> None:
    model = autoencoder.build(4, WIDTHS, 1)
    model.encoder.requires_grad_(False)
    loss, psnr = decoder.decoder_loss(model, torch.rand(2, 3, 32, 32), np.random.default_rng(0))
    loss.backward()
    assert np.isfinite(psnr)
    assert model.decoder.conv_in.weight.grad is not None and model.encoder.conv_in.weight.grad is None


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
