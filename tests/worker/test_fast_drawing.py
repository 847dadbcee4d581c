"""Images are generated with a fast sibling of the base model, or with a speed LoRA; training goes without."""

from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.rounds.test_set import prepare
from gal_studio.studio import Studio
from gal_studio.studio.generation_data import of_candidate
from gal_studio.studio.reports.measured import describe_measures, measure_sentences
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.engine.sampling.test_few_steps import write_lora
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image
from tests.engine.tiny_pipelines import make_wide_two
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import drawn_round, first_round, weights, work

FAST_STEPS = 2
IMAGES = 8  # two of each of four test prompts


def with_fast(**fast: Any) -> dict[str, Any]:
    """The settings of a tiny project that generates with these."""
    generation = {**CHANGES["generation"], "steps": 7, "fast_steps": FAST_STEPS, "resolution": 64}
    generation |= {"candidates": 2, **fast}
    return {**CHANGES, "tune": {**CHANGES["tune"], "resolution": 64}, "generation": generation}


@pytest.fixture
def klein(tmp_path: Path) -> tuple[tuple[str, str], str]:
    """The names of a tiny base klein with a CLIP, and of its distilled sibling with other weights."""
    clip = f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    sibling = make_tiny_klein(tmp_path / "distilled", is_distilled=True, seed=3)
    return (str(make_tiny_klein(tmp_path / "base")), clip), str(sibling)


def test_a_round_is_trained_on_the_base_and_drawn_with_its_sibling(
    studio: Studio, klein: tuple[tuple[str, str], str]
) -> None:
    names, sibling = klein
    models = Models()
    plain = drawn_round(studio, models, tiny_draft(names, changes=with_fast()))
    fast = drawn_round(studio, models, tiny_draft(names, changes=with_fast(fast_model=sibling)))
    assert weights(studio, plain) == weights(studio, fast)  # the training does not depend on it
    images = {of: [one.candidate.image for one in studio.round_view(of).candidates] for of in (plain, fast)}
    assert len(images[plain]) == len(images[fast]) == IMAGES and not set(images[plain]) & set(images[fast])
    passes = {of: studio.store.rounds.get(of).unet_forwards for of in (plain, fast)}
    assert passes[plain] == IMAGES * 7 * 2 and passes[fast] == IMAGES * FAST_STEPS  # guided, and distilled
    assert models.drawing_model(names[0], studio.store.rounds.get(fast).settings).name == sibling

    said = of_candidate(studio.store, studio.round_view(fast).candidates[0].candidate.id)
    assert "Steps: 2, " in said and "Model: distilled" in said and "CFG scale: 0" in said


def test_other_models_are_refused_by_what_they_are(
    studio: Studio, klein: tuple[tuple[str, str], str], tmp_path: Path
) -> None:
    names, _ = klein
    studio.models = CheckHere()
    z_image = str(make_tiny_z_image(tmp_path / "z-image"))
    with pytest.raises(StudioError, match=r"is of the family Z-Image, and .* of FLUX.2 klein: choose a fast"):
        studio.create_project(tiny_draft(names, changes=with_fast(fast_model=z_image)))
    base = str(make_tiny_pipeline(tmp_path / "sd1"))
    wide = str(make_wide_two(tmp_path / "wide"))
    with pytest.raises(StudioError, match=r"does not fit the fast model .*, whose layers have other sizes"):
        studio.create_project(tiny_draft((base, names[1]), changes=with_fast(fast_model=wide)))
    lora = tmp_path / "speed.safetensors"
    write_lora(load_image_model(z_image, device="cpu"), lora)
    with pytest.raises(StudioError, match="made for Z-Image"):
        studio.create_project(tiny_draft((base, names[1]), changes=with_fast(speed_lora=str(lora))))
    with pytest.raises(StudioError, match="There is no speed LoRA"):
        studio.create_project(tiny_draft((base, names[1]), changes=with_fast(speed_lora="/gone.safetensors")))
    assert not studio.projects()


@pytest.mark.thorough
def test_a_later_change_to_a_model_that_does_not_fit_fails_the_job_and_not_the_round(
    studio: Studio, klein: tuple[tuple[str, str], str], tmp_path: Path
) -> None:
    names, _ = klein
    round_id = first_round(studio, tiny_draft(names, changes=with_fast()))
    models = Models()
    assert work(studio, models, studio.fine_tune(round_id)).message == ""
    project = studio.store.rounds.get(round_id).project_id
    other = str(make_tiny_z_image(tmp_path / "z-image"))
    studio.change_settings(project, {"generation": {"fast_model": other}})
    failed = work(studio, models, studio.generate(round_id))
    assert failed.state == "error" and "is of the family Z-Image" in failed.message
    studio.change_settings(project, {"generation": {"fast_model": ""}})
    assert work(studio, models, studio.generate(round_id)).message == ""


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(make_tiny_pipeline, id="sd1"),
        pytest.param(make_tiny_xl_pipeline, id="sdxl", marks=pytest.mark.thorough),
    ],
)
def test_a_speed_lora_draws_and_trains_nothing(studio: Studio, make: Any, tmp_path: Path) -> None:
    models = Models()
    names = str(make(tmp_path / "model")), f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    lora = tmp_path / "tiny-lcm-lora.safetensors"
    write_lora(load_image_model(names[0], device="cpu"), lora)
    plain = drawn_round(studio, models, tiny_draft(names, changes=with_fast(fast_steps=0)))
    fast = drawn_round(studio, models, tiny_draft(names, changes=with_fast(speed_lora=str(lora))))
    assert weights(studio, plain) == weights(studio, fast)
    settings = studio.store.rounds.get(fast).settings
    assert settings.generation.solver == "lcm"  # by the name
    assert studio.store.rounds.get(fast).unet_forwards == IMAGES * FAST_STEPS
    images = {of: {one.candidate.image for one in studio.round_view(of).candidates} for of in (plain, fast)}
    assert not images[plain] & images[fast]
    said = of_candidate(studio.store, studio.round_view(fast).candidates[0].candidate.id)
    assert "Sampler: LCM" in said and "Speed LoRA: tiny-lcm-lora.safetensors" in said


@pytest.mark.thorough
def test_the_benchmark_compares_with_the_base_model(
    studio: Studio, klein: tuple[tuple[str, str], str]
) -> None:
    names, sibling = klein
    models = Models()
    round_id = drawn_round(studio, models, tiny_draft(names, changes=with_fast(fast_model=sibling)))
    project = studio.store.rounds.get(round_id).project_id
    studio.change_test_set(project, ["A house {}", "A fish {}"], 2)
    planned = prepare(studio.store, round_id).wanted
    assert work(studio, models, studio.measure(round_id)).message == ""
    assert not prepare(studio.store, round_id).missing
    view = studio.measures(project)
    kept = studio.store.measures.pictures(project)
    assert len(kept) == len(planned) == 2 * (4 + 2) + 2 * 4  # with both, plain ones alone with the sibling
    of = {
        by: {
            (one.round_id, one.prompt_id, one.candidate.seed): one.candidate.image
            for one in kept
            if bool(one.drawn_by) == by
        }
        for by in (True, False)
    }
    assert of[False].keys() <= of[True].keys() and not set(of[False].values()) & set(of[True].values())
    assert {one.drawn_by for one in view.pictures} == {
        studio.store.projects.get(project).settings.generation.drawn_by
    }
    (found,) = view.carried_over
    assert found.model == "distilled" and found.round == round_id and found.changes
    assert found.fast["copies"] == view.reports[round_id].figures["copies"]
    (said,) = view.carry_over
    assert said.sentence == "Too few prompts to tell whether Round 1 works with distilled: use at least 6."
    told = describe_measures(view)["carry_over"]
    assert told[0]["round"] == "Round 1" and told[0]["carries_over"]
    assert said.sentence in measure_sentences(view)

    studio.change_settings(project, {"generation": {"fast_model": ""}})  # those of the base model are known
    assert all(one.in_full is False for one in prepare(studio.store, round_id).missing)
    assert {one.prompt.part for one in prepare(studio.store, round_id).missing} == {"plain"}
    assert not studio.measures(project).carry_over
    studio.change_settings(project, {"generation": {"fast_model": sibling, "fast_steps": 3}})
    assert len(prepare(studio.store, round_id).missing) == 2 * (4 + 2)  # other steps, other pictures
