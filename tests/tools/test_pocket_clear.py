"""The clear pictures, and the denoiser's last stage on them."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from gal_studio.assets import load_held_out
from tools.pocket.data import dataset
from tools.pocket.data.compose import paste
from tools.pocket.data.concepts import (
    CLEAR_PACKS,
    CLEAR_RATES,
    CONCEPTS,
    HELD_OUT_DESIGNS,
    OTHERS,
    OWN_CLEAR_PACKS,
    RECOLOURED,
)
from tools.pocket.data.dataset import LABEL, NONE, Plan, caption_of, label_of, make_plan
from tools.pocket.data.icons import PACKS, Design
from tools.pocket.data.patterns import PATTERNS, can_have_one, patterned
from tools.pocket.scenes.styles import STYLES
from tools.pocket.train import denoiser, latents

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


def test_a_thing_that_is_not_mirrored_faces_as_it_was_drawn() -> None:
    left = np.zeros((64, 64, 4), np.uint8)
    left[:, :32] = 255
    for seed in range(8):
        layer = paste(left, (64, (64, 64)), np.random.default_rng(seed), upright=True, mirrored=False)
        assert layer[:, :64, 3].sum() > 4 * layer[:, 64:, 3].sum()


def test_a_style_has_the_pack_that_suits_it_and_colours_are_free_where_they_may_be(plans: list[Plan]) -> None:
    flat = [style.name for style in STYLES].index("flat")
    shown = [DESIGNS[plan.designs[0]] for plan in plans if plan.style == flat]
    packs = [one.pack for one in shown if "fluent-flat" in OWN_CLEAR_PACKS.get(one.concept, CLEAR_PACKS)]
    assert packs.count("fluent-flat") > 0.8 * len(packs)
    kept = [plan.hue for plan in plans if DESIGNS[plan.designs[0]].concept not in RECOLOURED]
    turned = [plan.hue for plan in plans if DESIGNS[plan.designs[0]].concept in RECOLOURED]
    assert np.std(kept) < 12 and np.std(turned) > 50


def test_some_things_have_a_pattern_and_the_caption_names_it(plans: list[Plan]) -> None:
    rng = np.random.default_rng(0)
    with_one = [plan for plan in plans if plan.pattern != NONE]
    assert 0.03 < len(with_one) / len(plans) < 0.1
    for plan in with_one[:20]:
        label = np.array(label_of(plan, DESIGNS), LABEL)[()]
        assert PATTERNS[plan.pattern] in caption_of(label, rng).lower()


def test_a_pattern_covers_a_part_of_what_has_a_colour() -> None:
    design = np.zeros((64, 64, 4), np.uint8)
    design[8:56, 8:56] = (200, 30, 30, 255)
    design[8:56, 40:56, :3] = 255
    for pattern in range(len(PATTERNS)):
        drawn = patterned(design, pattern, np.random.default_rng(pattern))
        changed = np.abs(drawn.astype(int) - design).sum(-1) > 40
        assert 0.1 < changed[8:56, 8:36].mean() < 0.8
        assert not changed[:, 44:].any() and np.array_equal(drawn[..., 3], design[..., 3])
    assert can_have_one(design) and not can_have_one(np.full((64, 64, 4), 255, np.uint8))


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


def test_the_scale_is_that_of_the_training_pictures(tmp_path: Path) -> None:
    np.savez(tmp_path / "clear-000.npz", pictures=np.zeros((1, 8, 8, 3), np.uint8), labels=np.zeros(1, LABEL))
    with pytest.raises(SystemExit, match="encode the training pictures first"):
        list(latents.write_latents(None, tmp_path, "clear"))
