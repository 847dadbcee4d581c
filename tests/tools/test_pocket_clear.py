"""The clear pictures, and the denoiser's last stage on them."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from tools.pocket.data import dataset
from tools.pocket.data.concepts import CLEAR_RATES, CONCEPTS, HELD_OUT_DESIGNS
from tools.pocket.data.dataset import CLEAR_PACKS, LABEL, NONE, Plan, left_out_style, make_plan
from tools.pocket.data.icons import PACKS, Design
from tools.pocket.scenes.styles import STYLES
from tools.pocket.train import denoiser, latents
from tools.pocket.train.clear import FIRST_STYLES, FORMER, HARDEST, ClearDraws

ICONS = Path("icons")
DESIGNS = [
    Design(concept.name, code, pack, np.zeros((1, 1, 4), np.uint8))
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
        assert design.pack in CLEAR_PACKS
        assert (design.concept, design.codepoint, design.pack) not in HELD_OUT_DESIGNS
        by_concept.setdefault(design.concept, set()).add(design.codepoint)
    assert all(len(codes) == 1 for codes in by_concept.values())
    assert by_concept["leaf"] == {"1f341"}
    assert {c.name for c in CONCEPTS if not c.in_denoiser}.isdisjoint(by_concept)


def test_what_anchors_ask_for_is_shown_most_and_left_out_styles_never(plans: list[Plan]) -> None:
    index = dataset.concept_index()
    names = [DESIGNS[plan.designs[0]].concept for plan in plans]
    rates = {name: names.count(name) for name in ("tie", "knife", "cat", "pizza")}
    assert min(rates["tie"], rates["knife"]) > rates["cat"] > rates["pizza"] > 0
    assert CLEAR_RATES["tie"] > CLEAR_RATES["cat"] > 1
    for plan, name in zip(plans, names, strict=True):
        assert plan.style != left_out_style(index[name])


def test_a_quarter_of_the_rows_is_of_the_former_training() -> None:
    clear, former = (np.zeros(count, LABEL) for count in (10, 5))
    former["second"] = former["place"] = clear["style"] = NONE
    rows = ClearDraws(clear, former).rows(np.random.default_rng(0), 8000)
    assert rows.min() == 0 and rows.max() == 14
    assert abs(np.mean(rows >= 10) - FORMER) < 0.02


def test_styles_of_the_prior_pictures_are_drawn_twice_as_often() -> None:
    clear, former = (np.zeros(count, LABEL) for count in (2, 1))
    clear["style"] = [style.name for style in STYLES].index("neon"), 0
    assert STYLES[0].name in FIRST_STYLES
    rows = ClearDraws(clear, former).rows(np.random.default_rng(0), 8000)
    assert abs(np.mean(rows == 1) / np.mean(rows == 0) - 2) < 0.2


def test_what_was_judged_least_is_drawn_twice_as_often() -> None:
    clear, former = (np.zeros(count, LABEL) for count in (2, 1))
    assert set(HARDEST) <= {concept.name for concept in CONCEPTS}
    clear["first"] = [concept.name for concept in CONCEPTS].index("shoe"), 0
    assert CONCEPTS[0].name not in HARDEST
    rows = ClearDraws(clear, former).rows(np.random.default_rng(0), 8000)
    assert abs(np.mean(rows == 0) / np.mean(rows == 1) - 2) < 0.2


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
