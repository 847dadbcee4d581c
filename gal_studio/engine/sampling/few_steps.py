"""Solvers of speed LoRAs, whose denoisers were distilled for steps of another solver than the family's."""

from collections.abc import Sequence
from typing import Any

import torch

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import Solver, family_solver
from gal_studio.engine.models.image_model import ImageModel


def solver_of(model: ImageModel, denoising: Denoising, resolution: int, seeds: Sequence[int]) -> Solver:
    """The solver that takes the steps of pictures with these seeds: the family's, or that of a speed LoRA."""
    steps = denoising.steps
    if model.solver == "own":
        return family_solver(model.family, denoising, resolution, model.device)
    if model.family.part != "unet":
        raise StudioError(
            f"The sampler {model.solver.upper()} is for Stable Diffusion: set Fast sampler to the "
            "model’s own."
        )
    if model.solver == "ddim":
        return _ddim(model, steps)
    channels, side = model.family.latent_channels, model.latent_side(resolution)
    return LcmSolver(_lcm(model, steps), seeds, (1, channels, side, side))


def schedule_of(model: ImageModel, kind: Any) -> dict[str, Any]:
    """The noise schedule of the pipeline's scheduler, as far as a solver of this class takes it over."""
    known = set(kind().config) - {"timestep_spacing", "thresholding", "clip_sample"}
    config = model.family.pipeline.scheduler.config
    return {name: value for name, value in config.items() if name in known and not name.startswith("_")}


def _ddim(model: ImageModel, steps: int) -> Solver:
    """DDIM from the last timestep on: what Lightning and Hyper were distilled for, and deterministic."""
    from diffusers import DDIMScheduler

    solver = DDIMScheduler(
        **schedule_of(model, DDIMScheduler), timestep_spacing="trailing", clip_sample=False
    )
    solver.set_timesteps(steps, device=model.device)
    return solver  # type: ignore[no-any-return]


def _lcm(model: ImageModel, steps: int) -> Any:
    from diffusers import LCMScheduler

    solver = LCMScheduler(**schedule_of(model, LCMScheduler), clip_sample=False)
    solver.set_timesteps(steps, device=model.device)
    solver.set_begin_index(0)
    return solver


class LcmSolver:
    """LCM's solver, which adds new noise after each step but the last: each picture's comes from its seed.

    The noise of a step follows the starting noise and that of earlier steps in the numbers of the seed, as
    diffusers draws it with one generator for each picture. Nothing is remembered of the generators, so that
    a copy of the solver goes on alike.
    """

    def __init__(self, scheduler: Any, seeds: Sequence[int], shape: tuple[int, ...]) -> None:
        self._scheduler, self._seeds, self._shape = scheduler, tuple(seeds), shape
        self.timesteps: torch.Tensor = scheduler.timesteps
        self.init_noise_sigma = float(scheduler.init_noise_sigma)

    def step(self, output: torch.Tensor, timestep: Any, sample: torch.Tensor, return_dict: bool) -> Any:
        """One denoising step; the first item of the result is the next sample."""
        before = self._scheduler.step_index or 0
        generators = [self._generator(seed, 1 + before) for seed in self._seeds]
        return self._scheduler.step(output, timestep, sample, generator=generators, return_dict=return_dict)

    def _generator(self, seed: int, drawn: int) -> torch.Generator:
        """The generator of a picture from which so many latents were drawn."""
        generator = torch.Generator("cpu").manual_seed(seed)
        for _ in range(drawn):
            torch.randn(self._shape, generator=generator, dtype=torch.float32)
        return generator
