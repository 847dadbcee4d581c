"""The clear pictures, and the denoiser's last stage on them."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from gal_studio.assets import load_held_out
from workshop.pocket.data import dataset
from workshop.pocket.data.concepts import (
    CLEAR_PACKS,
    CLEAR_RATES,
    CONCEPTS,
    HELD_OUT_DESIGNS,
    OTHERS,
    OWN_CLEAR_PACKS,
)
from workshop.pocket.data.dataset import LABEL, Plan, make_plan
from workshop.pocket.data.icons import PACKS, Design
from workshop.pocket.train import denoiser, latents

pytestmark = pytest.mark.thorough

ICONS = Path("icons")
RED = np.full((1, 1, 4), (255, 0, 0, 255), np.uint8)
DESIGNS = [
    Design(concept.name, code, pack, RED)
    for concept in CONCEPTS
    for code in concept.codepoints
    for pack in PACKS
]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    monkeypatch.setattr(dataset, "designs_of", lambda icons: DESIGNS)
    for known in (dataset.designs_by_concept, dataset.clear_designs):
        known.cache_clear()
    rng = np.random.default_rng(0)
    made = [make_plan(ICONS, "clear", rng) for _ in range(3000)]
    for known in (dataset.designs_by_concept, dataset.clear_designs):
        known.cache_clear()
    return made


def test_a_clear_picture_shows_one_of_few_designs(plans: list[Plan]) -> None:
    shown = {plan.designs for plan in plans}
    by_concept: dict[str, set[str]] = {}
    for (number,) in shown:
        design = DESIGNS[number]
        assert design.pack in OWN_CLEAR_PACKS.get(design.concept, CLEAR_PACKS)
        assert (design.concept, design.codepoint, design.pack) not in HELD_OUT_DESIGNS
        by_concept.setdefault(design.concept, set()).add(design.codepoint)
    assert all(len(codes) == 1 for codes in by_concept.values())
    assert by_concept["leaf"] == {"1f341"}
    assert {concept.name for concept in CONCEPTS if not concept.in_denoiser}.isdisjoint(by_concept)
    assert not any(plan.mirrored for plan in plans)


def test_anchors_and_the_test_set_are_shown_most_and_others_are_not_forgotten(
    plans: list[Plan],
) -> None:
    names = [DESIGNS[plan.designs[0]].concept for plan in plans]
    rates = {name: names.count(name) for name in ("knife", "fish", "dog", "pizza")}
    assert min(rates["knife"], rates["fish"]) > rates["dog"] > rates["pizza"] > 0
    assert abs(np.mean([name not in CLEAR_RATES for name in names]) - OTHERS) < 0.03
    asked = [template.lower() for template in load_held_out("style")]
    assert all(any(name in template for name in CLEAR_RATES) for template in asked)


def test_the_last_stage_counts_where_there_is_one(tmp_path: Path) -> None:
    assert denoiser.finished(tmp_path).name == "denoiser.pt"
    (tmp_path / "shipped-unet.pt").touch()
    assert denoiser.finished(tmp_path).name == "shipped-unet.pt", "the folder was only restored"
    (tmp_path / "clear.pt").touch()
    assert denoiser.finished(tmp_path).name == "clear.pt"
    (tmp_path / "denoiser.pt").touch()
    os.utime(tmp_path / "clear.pt", (1, 1))
    assert denoiser.finished(tmp_path).name == "denoiser.pt", "it was trained on since"


def test_the_latents_of_a_split_have_its_name(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tiny = AutoencoderKL(latent_channels=2, block_out_channels=(8,), norm_num_groups=4).eval()
    for split, count in (("train", 2), ("clear", 3)):
        pictures = np.zeros((count, 8, 8, 3), np.uint8)
        np.savez(tmp_path / f"{split}-000.npz", pictures=pictures, labels=np.zeros(count, LABEL))
        list(latents.write_latents(tiny, tmp_path, split))
    assert (tmp_path / "clear-latents-000.npy").exists()
    assert [len(latents.load_latents(tmp_path, split)[0]) for split in ("train", "clear")] == [2, 3]
    assert len(latents.load_latents(tmp_path, "clear")[1]) == 3
