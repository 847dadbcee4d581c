"""Saved pictures say how they were generated, in the form that other programs read."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from gal_studio.core.errors import StudioError
from gal_studio.studio.generation_data import of_candidate, png_with
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


@pytest.mark.parametrize("text", ["A cat\nSteps: 10", "A café", "Ein Käfer 🐞"])
def test_the_text_is_read_by_other_programs(text: str) -> None:
    with Image.open(io.BytesIO(png_with(picture((9, 8, 7)), text))) as read:
        assert read.text["parameters"] == text  # type: ignore[attr-defined]
        assert read.convert("RGB").getpixel((3, 3)) == (9, 8, 7)


def test_only_png_files_carry_it() -> None:
    with pytest.raises(StudioError, match="Only a PNG file"):
        png_with(b"GIF89a", "A cat")
