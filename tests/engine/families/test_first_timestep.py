"""The first timestep of a drawing: the schedule's last, unless the model's own files say otherwise."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import diffusers
import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.stable_diffusion import StableDiffusion

STABLE_DIFFUSION_1 = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_start": 0.00085,
    "beta_schedule": "scaled_linear", "clip_sample": False, "num_train_timesteps": 1000,
    "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None,
}  # fmt: skip


def first_timestep(folder: Path, scheduler: Any, steps: int = 20) -> int:
    """Of a scheduler that is written to a folder and read back, as a model is."""
    scheduler.save_pretrained(folder / "saved")
    read = type(scheduler).from_pretrained(folder / "saved")
    family = StableDiffusion(SimpleNamespace(scheduler=read))
    return int(family.solver(steps, 512, torch.device("cpu")).timesteps[0])


@pytest.mark.parametrize("saved_again", [False, True])
def test_stable_diffusion_1_begins_at_its_first_timestep(tmp_path: Path, saved_again: bool) -> None:
    (tmp_path / "scheduler_config.json").write_text(json.dumps(STABLE_DIFFUSION_1))
    scheduler = diffusers.PNDMScheduler.from_pretrained(tmp_path)
    if saved_again:  # writes PNDM's default spacing, `leading`, as if it were the model's
        assert first_timestep(tmp_path, scheduler) == 999
    family = StableDiffusion(SimpleNamespace(scheduler=scheduler))
    assert int(family.solver(20, 512, torch.device("cpu")).timesteps[0]) == 999


def test_a_spacing_that_the_model_chose_is_kept(tmp_path: Path) -> None:
    euler = diffusers.EulerDiscreteScheduler(timestep_spacing="leading", steps_offset=1)
    assert first_timestep(tmp_path / "euler", euler) == 941
    trailing = diffusers.DPMSolverMultistepScheduler(timestep_spacing="trailing")
    assert first_timestep(tmp_path / "trailing", trailing) == 999
    assert first_timestep(tmp_path / "ddim", diffusers.DDIMScheduler(timestep_spacing="trailing")) == 999


def test_a_first_timestep_that_several_steps_share_is_drawn_from_once() -> None:
    karras = diffusers.DPMSolverMultistepScheduler(beta_schedule="squaredcos_cap_v2", use_karras_sigmas=True)
    solver = StableDiffusion(SimpleNamespace(scheduler=karras)).solver(16, 512, torch.device("cpu"))
    assert solver.timesteps[0] == solver.timesteps[1]
    latents = torch.ones(1, 1, 1, 1)
    for timestep in solver.timesteps:
        latents = solver.step(torch.zeros_like(latents), timestep, latents, return_dict=False)[0]
    assert solver.step_index == 16


def test_sigmas_are_taken_at_the_nearest_timesteps() -> None:
    karras = diffusers.DPMSolverMultistepScheduler(
        beta_schedule="squaredcos_cap_v2", use_karras_sigmas=True, prediction_type="v_prediction"
    )
    family, wanted = StableDiffusion(SimpleNamespace(scheduler=karras)), [80.0, 12.7, 6.0, 2.6, 1.0, 0.35]
    solver = family.solver_at(wanted, torch.device("cpu"))
    assert solver.config.prediction_type == "v_prediction" and solver.config.solver_order == 2
    assert [float(sigma) for sigma in solver.sigmas] == pytest.approx([*wanted, 0.0], rel=0.06)
    alpha_bar = karras.alphas_cumprod[solver.timesteps]
    assert ((1 - alpha_bar) / alpha_bar).sqrt().tolist() == pytest.approx(solver.sigmas[:-1].tolist())
    assert int(family.solver_at([1e3], torch.device("cpu")).timesteps[0]) == 998
    with pytest.raises(StudioError, match="fewer timesteps than these 2 sigmas"):
        family.solver_at([80.0, 79.9], torch.device("cpu"))


def test_the_model_bounds_the_noise_of_karras_steps() -> None:
    options = {"beta_schedule": "squaredcos_cap_v2", "use_karras_sigmas": True}
    bounded = diffusers.DPMSolverMultistepScheduler.from_config(
        options | {"sigma_min": 0.02, "sigma_max": 80.0}
    )
    sigmas = StableDiffusion(SimpleNamespace(scheduler=bounded)).solver(10, 512, torch.device("cpu")).sigmas
    assert [float(sigmas[0]), float(sigmas[-2]), float(sigmas[-1])] == pytest.approx([80.0, 0.02, 0.0])
