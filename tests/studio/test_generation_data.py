"""Saved pictures say how they were generated, in the form that other programs read."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.studio.generation_data import of_candidate, of_trial, png_with
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


@pytest.mark.parametrize("text", ["A cat\nSteps: 10", "A café", "Ein Käfer 🐞"])
def test_the_text_is_read_by_other_programs(text: str) -> None:
    with Image.open(io.BytesIO(png_with(picture((9, 8, 7)), text))) as read:
        assert read.text["parameters"] == text  # type: ignore[attr-defined]
        assert read.convert("RGB").getpixel((3, 3)) == (9, 8, 7)


def test_only_png_files_carry_it() -> None:
    with pytest.raises(StudioError, match="Only a PNG file"):
        png_with(b"GIF89a", "A cat")
