"""Sample pictures in batches, each from its own seed, with the family's solver.

The sampler is a generator of events: one after each denoising step, one for each finished batch. Closing it
stops within one step.
"""

import copy
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.steps import Steps
from gal_studio.core.types import Remark
from gal_studio.engine.families.family import References, Solver, predict, uncropped
from gal_studio.engine.memory.plan import (
    MemoryPlan,
    free_memory,
    is_out_of_memory,
    plan_drawing,
    release_memory,
    smaller_plan,
)
from gal_studio.engine.memory.slicing import slicing, tiling
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import check_prompts, encode_prompts
from gal_studio.engine.sampling.decode import decode, is_flat, not_finite_error
from gal_studio.engine.sampling.few_steps import solver_of
from gal_studio.engine.sampling.fused_adapter import in_float32


@dataclass(frozen=True)
class DrawRequest:
    """A picture to generate; guidance leads away from `negative`, "" being the model's unconditional text."""

    prompt: str
    seed: int
    negative: str = ""


@dataclass(frozen=True)
class DrawStep:
    """`done` of `total` denoising steps, over all batches, are done; `notice` is for the user."""

    done: int
    total: int
    notice: str = ""


@dataclass(frozen=True)
class DrawnBatch:
    """The pictures of `requests[first : first + len(images)]`, and their number of denoiser forwards.

    `remarks` says of each picture whether it was redrawn in full precision, or is one flat color.
    """

    first: int
    images: tuple[Image.Image, ...]
    forwards: int
    remarks: tuple[Remark, ...]


DrawEvent = DrawStep | DrawnBatch


@dataclass(frozen=True)
class _State:
    """A batch before a step: latents (n, c, h, w), and the solver with what it remembers of earlier steps."""

    step: int
    latents: torch.Tensor
    solver: Solver


SharedStates = dict[tuple[DrawRequest, ...], list[_State]]


@dataclass(frozen=True)
class SharedSteps:
    """The first denoising steps that several schedules of a LoRA's strength have in common (Eq. G13).

    Drawings of the same requests one after the other, the latest switch first, share the `states`: each keeps
    its batches as they are before the steps in `keep`, and begins with what was kept before its own switch
    `until`. Pictures are those of drawing each alone, bit for bit, since batches are the same.
    """

    keep: frozenset[int]
    until: int
    states: SharedStates

    def start(self, requests: Sequence[DrawRequest]) -> _State | None:
        """The latest state of a batch that this drawing has, too."""
        known = [state for state in self.states.get(tuple(requests), ()) if state.step <= self.until]
        return max(known, key=lambda state: state.step, default=None)

    def pass_by(
        self, requests: Sequence[DrawRequest], step: int, latents: torch.Tensor, solver: Solver
    ) -> None:
        """Keep a batch before a step, if another drawing begins there."""
        if step in self.keep and step < self.until:
            self.states.setdefault(tuple(requests), []).append(_State(step, latents, copy.deepcopy(solver)))


def draw(
    model: ImageModel,
    requests: Sequence[DrawRequest],
    settings: GenerationSettings,
    references: References | None = None,
    shared: SharedSteps | None = None,
) -> Iterator[DrawEvent]:
    """Generate all requests; a seed and a prompt give the same picture alone and in any batch.

    `references` are reference pictures that all of them are given, `shared` the steps that other drawings of
    them have in common with this one. The batch size is chosen to fit into
    memory, and is reduced if memory runs out nevertheless.
    """
    check_prompts(model, _texts_of(requests))
    if not requests:
        return
    side = model.latent_side(settings.resolution)
    plan = plan_drawing(model, settings, free_memory(model.device), _share_of_references(references, side))
    drawing = _Drawing(model, settings, requests, references, shared)
    first, notice = 0, _notice(plan) if plan != MemoryPlan(settings.batch_size) else ""
    with ExitStack() as stack:
        if plan.low_memory:
            stack.enter_context(slicing(model, drawing.side))
        elif model.machine.tiling:
            stack.enter_context(tiling(model, drawing.side))
        while first < len(requests):
            done = first * settings.steps // plan.rows
            total = done + -(-(len(requests) - first) // plan.rows) * settings.steps
            try:
                with closing(drawing.batch(requests[first : first + plan.rows], plan.rows)) as events:
                    for event in events:
                        if isinstance(event, int):
                            yield DrawStep(done + event, total, notice)
                            notice = ""
                        else:
                            yield replace(event, first=first)
                first += plan.rows
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                plan, before = _smaller(plan, error), plan
                if plan.low_memory and not before.low_memory:
                    stack.enter_context(slicing(model, drawing.side))
                notice = _notice(plan)


def _texts_of(requests: Sequence[DrawRequest]) -> Iterator[str]:
    """The prompts, and the negative prompts that are not empty."""
    for request in requests:
        yield from (text for text in (request.prompt, request.negative) if text)


def _share_of_references(references: References | None, side: int) -> float:
    """How many latents of this side the denoiser reads of reference pictures, beside the picture's own."""
    latents = [one for one in references.features if one.ndim == 3] if references is not None else []
    return sum(one.shape[1] * one.shape[2] for one in latents) / side**2


def _smaller(plan: MemoryPlan, error: Exception) -> MemoryPlan:
    if plan.low_memory:
        raise StudioError(
            "There is not enough memory to generate one image: choose a smaller model or resolution."
        ) from error
    release_memory()
    return smaller_plan(plan)


def _notice(plan: MemoryPlan) -> str:
    if plan.low_memory:
        return "Memory is short: images are generated one at a time and decoded in tiles, which changes them."
    return f"Memory is short: continuing with batches of {plan.rows}."


def starting_noise(model: ImageModel, seed: int, resolution: int) -> torch.Tensor:
    """The initial noise x_T of one picture, (1, c, h, w), made on the CPU from the picture's seed."""
    side = model.latent_side(resolution)
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn(
        (1, model.family.latent_channels, side, side), generator=generator, dtype=torch.float32
    )


@dataclass(frozen=True)
class _Drawn:
    """One finished picture; `forwards` counts those in addition to its batch's."""

    image: Image.Image
    remark: Remark = ""
    forwards: int = 0


class _Drawing:
    """What all batches share: encoded prompts, size and guidance."""

    def __init__(
        self,
        model: ImageModel,
        settings: GenerationSettings,
        requests: Sequence[DrawRequest],
        references: References | None,
        shared: SharedSteps | None,
    ) -> None:
        self._model, self._settings, self._references = model, settings, references
        self._shared = shared
        self._texts = encode_prompts(model, _texts_of(requests), unconditional=True)
        self._resolution = settings.resolution or model.resolution
        self._guided = model.family.is_guided(settings.guidance_scale)
        self.side = model.latent_side(self._resolution)

    def batch(self, requests: Sequence[DrawRequest], size: int) -> Generator[int | DrawnBatch, None, None]:
        """Yield the steps done, then the pictures. Pad to `size`, as results depend on a batch's shape."""
        rows = [*requests, *([requests[-1]] * (size - len(requests)))]
        start = self._shared.start(rows) if self._shared is not None else None
        latents = yield from self._denoised(rows, self._shared, start)
        drawn = []
        for row, request in enumerate(requests):
            drawn.append((yield from self._picture(request, latents[row : row + 1])))
        yield DrawnBatch(
            first=0,
            images=tuple(picture.image for picture in drawn),
            forwards=self._forwards(size, start.step if start else 0)
            + sum(picture.forwards for picture in drawn),
            remarks=tuple(picture.remark for picture in drawn),
        )

    def _forwards(self, size: int, first: int = 0) -> int:
        """Denoiser forwards of one batch from a step on, including padding; guided steps have two."""
        return (2 if self._guided else 1) * size * (self._settings.steps - first)

    def _denoised(
        self, requests: Sequence[DrawRequest], shared: SharedSteps | None = None, start: _State | None = None
    ) -> Generator[int, None, torch.Tensor]:
        """Denoise: yield the number of each step, return x_0 of all requests, (n, c, h, w)."""
        model, count = self._model, len(requests)
        negatives = [request.negative for request in requests if self._guided]
        prompts = [*negatives, *(request.prompt for request in requests)]
        texts = [self._texts[prompt] for prompt in prompts]
        sizes = [uncropped(self._resolution)] * len(prompts)
        given: list[References] = []
        if self._references is not None:
            given = [*([self._references.dropped] * (len(prompts) - count)), *([self._references] * count)]
        seeds = [request.seed for request in requests]
        denoising = self._settings.denoising
        solver = solver_of(model, denoising, self._resolution, seeds)
        noise = torch.cat([starting_noise(model, request.seed, self._resolution) for request in requests])
        latents, first = noise.to(model.device) * solver.init_noise_sigma, 0
        if start is not None:
            latents, solver, first = start.latents, copy.deepcopy(start.solver), start.step
            model.before_step(0, denoising)
        for index, timestep in enumerate(solver.timesteps):
            if index < first:
                continue
            if shared is not None:
                shared.pass_by(requests, index, latents, solver)
            model.before_step(index, denoising)
            with torch.no_grad():
                doubled = torch.cat([latents, latents]) if self._guided else latents
                times = timestep.expand(len(doubled))
                prediction = predict(model.family, doubled, times, texts, sizes, given)
                if self._guided:
                    without, with_text = prediction.chunk(2)
                    prediction = model.family.guide(without, with_text, self._settings.guidance_scale)
                latents = solver.step(prediction, timestep, latents, return_dict=False)[0]
            yield index + 1
        return latents

    def _picture(self, request: DrawRequest, latent: torch.Tensor) -> Generator[int, None, _Drawn]:
        """Decode a latent; redraw a failed or flat picture once in full precision."""
        image = decode(self._model, latent)
        if image is not None and not is_flat(image):
            return _Drawn(image)
        try:
            return (yield from self._redrawn(request, latent, image))
        except (RuntimeError, MemoryError) as error:  # float32 needs twice the memory or more
            if not is_out_of_memory(error):
                raise
            release_memory()
            if image is None:
                raise not_finite_error() from error
            return _Drawn(image, "flat")

    def _redrawn(
        self, request: DrawRequest, latent: torch.Tensor, image: Image.Image | None
    ) -> Generator[int, None, _Drawn]:
        """Decode a latent in full precision, and if that is no help, draw it so as well."""
        forwards, again = 0, False
        if self._model.autoencoder.dtype != torch.float32 and torch.isfinite(latent).all():
            with in_float32(self._model.autoencoder):
                image, again = decode(self._model, latent), True
        if (image is None or is_flat(image)) and self._model.denoiser.dtype != torch.float32:
            with in_float32(self._model.denoiser), in_float32(self._model.autoencoder):
                steps = _without_progress(self._denoised([request]), self._settings.steps)
                image, again = decode(self._model, (yield from steps)), True
            forwards = self._forwards(1)
        if image is None:
            raise not_finite_error()
        return _Drawn(image, "flat" if is_flat(image) else "redrawn" if again else "", forwards)


def _without_progress(
    steps: Generator[int, None, torch.Tensor], done: int
) -> Generator[int, None, torch.Tensor]:
    """Run the steps but keep yielding `done`, so that they can be stopped without counting as progress."""
    running = Steps(steps)
    for _ in running:
        yield done
    return running.result
