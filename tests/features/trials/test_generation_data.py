"""What the file of a tried prompt says, and that of the candidate that was made of it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import KeptStep
from gal_studio.features.trials.pictures import of_trial
from gal_studio.features.trials.record import KEPT, trials_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.generation_data import of_candidate
from tests.ui.seeded import finished


def test_a_tried_prompt_says_its_values(tmp_path: Path) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    store = studio.store
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
        trained_as = store.rounds.get(round_id).trained_as or ""
        trials_of(store).save(trial.id, drawn.image, np.ones(4), scores, "", trained_as)
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
            trials_of(store).get(other.id)
