"""Saved pictures say how they were generated, in the form that other programs read."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import KeptStep
from gal_studio.state import Store
from gal_studio.state.tables.trials import KEPT
from gal_studio.studio import Studio
from gal_studio.studio.generation_data import of_candidate, of_trial, png_with
from tests.ui.conftest import built
from tests.ui.seeded import finished, picture


def test_a_candidate_says_prompt_values_model_and_lora(tmp_path: Path) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    store = studio.store
    candidate = store.candidates.of_round(round_id)[0]
    prompt, line = of_candidate(store, candidate.id).split("\n")
    assert prompt == studio.pool(round_id)[0].prompt
    adapter = studio.adapter_path(round_id).read_bytes()
    tensors = adapter[8 + int.from_bytes(adapter[:8], "little") :]
    lora = f'"watercolour-cat-round-1: {hashlib.sha256(tensors).hexdigest()[:12]}"'
    assert line == (
        f"Steps: 10, CFG scale: 4, Seed: {candidate.seed}, Model: a-model, Lora hashes: {lora}, "
        "GAL strength: 1, Version: GAL Studio"
    )
    trial = studio.try_prompt(round_id, "A [V] {}", 12, 4.5, Recipe(0.4, 1.0, 0.5))
    prompt, line = of_trial(store, trial.id).split("\n")
    assert prompt == r"A \[V\] in watercolor painting style", "brackets weigh words there"
    assert "CFG scale: 4.5, Seed: 12, " in line
    assert "GAL strength: 0.4 until step 5 of 10 then 1, " in line
    avoiding = studio.try_prompt(round_id, "A lighthouse {}", negative="text (blurry)")
    prompt, avoided, line = of_trial(store, avoiding.id).split("\n")
    assert (prompt, avoided) == ("A lighthouse in watercolor painting style", "Negative prompt: text blurry")
    assert line.startswith("Steps: 10, ")
    store.close()


@pytest.mark.parametrize("header", [b"", b"{", (1 << 63).to_bytes(8, "little"), b"\xff" * 8])
def test_a_damaged_lora_has_no_hash_and_its_images_are_shown(tmp_path: Path, header: bytes) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    candidate = studio.store.candidates.of_round(round_id)[0].id
    client = TestClient(built(studio))
    studio.adapter_path(round_id).write_bytes(header)
    answer = client.get(f"/picture/{candidate}")
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert "GAL strength: 1" in shown.text["parameters"] and "Lora" not in shown.text["parameters"]  # type: ignore[attr-defined]
    studio.store.close()


def test_an_image_of_a_step_names_the_lora_of_the_step(tmp_path: Path) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    store = studio.store
    header = b"{}"
    lora = store.adapters.add(len(header).to_bytes(8, "little") + header + b"weights of step 20")
    store.rounds.keep_step(round_id, KeptStep(20, lora, "f", 20))
    (trial,) = studio.try_steps(round_id, "A kite {}", strengths=[0.5])
    digits = hashlib.sha256(b"weights of step 20").hexdigest()[:12]
    assert f'Lora hashes: "watercolour-cat-round-1-step-20: {digits}", GAL strength: 0.5' in of_trial(
        store, trial.id
    )
    store.close()


def test_a_candidate_that_was_a_trial_says_what_the_trial_said(tmp_path: Path) -> None:
    """Also after the trial was taken off the strip, and others of that time were deleted."""
    studio, _, round_id = finished(tmp_path / "workspace")
    now = [1_000.0]
    with Store(tmp_path / "workspace", clock=lambda: now[0]) as store:
        studio = Studio(store)
        trial = studio.try_prompt(round_id, "A lighthouse {}", 12, 4.5, negative="text, people")
        other = studio.try_prompt(round_id, "A kite {}")
        drawn = store.candidates.of_round(round_id)[0]
        scores = {"similarity_anchor": 0.3, "similarity_reference": 0.4}
        trained_as = store.rounds.trained_as(round_id) or ""
        store.trials.save(trial.id, drawn.image, np.ones(4), scores, "", trained_as)
        said = of_trial(store, trial.id)
        assert "Negative prompt: text, people" in said and "CFG scale: 4.5, Seed: 12, " in said
        made = studio.use_trial(trial.id)
        assert of_candidate(store, made) == said
        for one in (trial, other):
            studio.forget_trial(one.id)
        now[0] += KEPT + 1
        studio.forget_trial(studio.try_prompt(round_id, "A bus {}").id)
        assert of_candidate(store, made) == said
        with pytest.raises(StudioError, match="There is no trial"):
            store.trials.get(other.id)


@pytest.mark.parametrize("text", ["A cat\nSteps: 10", "A café", "Ein Käfer 🐞"])
def test_the_text_is_read_by_other_programs(text: str) -> None:
    with Image.open(io.BytesIO(png_with(picture((9, 8, 7)), text))) as read:
        assert read.text["parameters"] == text  # type: ignore[attr-defined]
        assert read.convert("RGB").getpixel((3, 3)) == (9, 8, 7)


def test_only_png_files_carry_it() -> None:
    with pytest.raises(StudioError, match="Only a PNG file"):
        png_with(b"GIF89a", "A cat")
