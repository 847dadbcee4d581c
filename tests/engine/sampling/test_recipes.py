"""A LoRA's strength over the steps (Eq. G13): every family draws what the plain way draws, bit for bit."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import (
    AdapterCard,
    attach_full,
    attach_lora,
    detach,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model, no_change
from gal_studio.engine.sampling import fused_adapter
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import (
    DrawEvent,
    DrawnBatch,
    DrawRequest,
    DrawStep,
    SharedStates,
    SharedSteps,
    draw,
)
from tests.covering import few
from tests.engine.sampling.test_sampler import pictures
from tests.engine.tiny_models import FAMILIES

CASES = [("sd1", "plain", "lora"), ("klein", "int8", "lora")]
CASES += [("sd1", "bf16", "lora"), ("sd1", "plain", "full")]
CASES += [("sd1", "plain", "lokr"), ("klein", "int8", "lokr")]
OF_THE_SAME_KIND = [("klein", "plain", "lora")]
OF_THE_SAME_KIND += [(name, base, "lora") for name in ("sdxl", "z-image") for base in ("plain", "int8")]
"""A U-Net and a transformer again; `export/test_families.py` draws them by a recipe as stock pipelines do."""
NAMED = {" ".join(case): case for case in (*CASES, *OF_THE_SAME_KIND)}
ALL = few(NAMED, *(" ".join(case) for case in CASES[:-1]))
TWO = few(NAMED, "sd1 plain lora", "klein int8 lora")
"""A U-Net, and a transformer in 8 bits: for what is decided before any weight is changed."""
REQUESTS = [DrawRequest("a red cat", 1), DrawRequest("a cat", 2), DrawRequest("a long tie", 3)]
SETTINGS = GenerationSettings(steps=4, batch_size=2, guidance_scale=3.0, resolution=64)
STRENGTHS = st.sampled_from([0.0, 0.3, 0.4, 1.0, 1.7])


@dataclass(frozen=True)
class Trained:
    """A tiny model with a saved adapter."""

    model: ImageModel
    adapter: Path


@pytest.fixture(scope="module", params=ALL)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    name, base, method = request.param
    folder = tmp_path_factory.mktemp("model")
    made = FAMILIES[name](folder / "pipeline")
    precision = {"precision": "bf16" if base == "bf16" else "fp32"}
    plain = load_image_model(made, "cpu", machine=MachineSettings().updated(precision))
    generator = torch.Generator().manual_seed(0)
    if method != "full":
        attach_lora(plain, TuneSettings(rank=2, method=method, lokr_factor=4), generator)
    else:
        attach_full(plain)
    with torch.no_grad():
        for weight in trainable(plain).values():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.1)
    adapter = save_adapter(plain, folder / "adapter.safetensors", AdapterCard("", "tiny", 1, 0))
    detach(plain)
    if base != "int8":
        return Trained(plain, adapter)
    return Trained(load_image_model(made, "cpu", machine=MachineSettings().updated({"base": base})), adapter)


def drawn(trained: Trained, recipe: Recipe) -> NDArray[np.uint8]:
    with drawing(trained.model, trained.adapter, recipe=recipe) as ready:
        return np.stack([np.asarray(image) for image in pictures(ready, REQUESTS, SETTINGS)])


def drawn_plainly(trained: Trained, recipe: Recipe) -> NDArray[np.uint8]:
    """The slow way: the adapter is loaded anew, at one strength, for every step."""
    model = trained.model
    with ExitStack() as stack:

        def load(step: int, steps: Denoising) -> None:
            stack.close()
            constant = Recipe.constant(recipe.strength(step, steps))
            stack.enter_context(drawing(model, trained.adapter, recipe=constant))
            model.before_step = load

        model.before_step = load
        return np.stack([np.asarray(image) for image in pictures(model, REQUESTS, SETTINGS)])


@settings(max_examples=2, deadline=None)
@given(STRENGTHS, STRENGTHS, st.floats(0, 1))
def test_a_recipe_draws_what_the_plain_way_draws(
    trained: Trained, early: float, late: float, switch: float
) -> None:
    recipe = Recipe(early, late, switch)
    assert (drawn(trained, recipe) == drawn_plainly(trained, recipe)).all()


@pytest.mark.parametrize("trained", TWO, indirect=True, scope="module")
def test_what_is_constant_over_these_steps_is_the_constant_strength(trained: Trained) -> None:
    """A switch before the first step's middle is none, though both strengths are held."""
    late = drawn(trained, Recipe.constant(1.0))
    assert (drawn(trained, Recipe(0.0, 1.0, 0.1)) == late).all()
    assert (drawn(trained, Recipe(0.0, 1.0, 0.5)) != late).any()
    assert (drawn(trained, Recipe(0.0, 1.0, 0.5)) != drawn(trained, Recipe(0.4, 1.0, 0.5))).any()


def test_the_base_is_restored_and_a_batch_that_was_given_up_changes_nothing(trained: Trained) -> None:
    model, recipe = trained.model, Recipe(0.0, 1.0, 0.5)
    before = {name: weight.data_ptr() for name, weight in model.denoiser.named_parameters()}
    whole = drawn(trained, recipe)
    for given_up in (1, 3):  # while the early strength draws, and the late one
        with drawing(model, trained.adapter, recipe=recipe) as ready:
            events = draw(ready, REQUESTS, SETTINGS)
            for _ in range(given_up):
                assert isinstance(next(events), DrawStep)
            events.close()  # type: ignore[attr-defined]
            again = np.stack([np.asarray(image) for image in pictures(ready, REQUESTS, SETTINGS)])
        assert (again == whole).all()
    assert model.before_step is no_change
    assert before == {name: weight.data_ptr() for name, weight in model.denoiser.named_parameters()}


def test_weights_wait_in_main_memory_where_the_device_has_little(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.device = torch.device("meta")  # anything that is not the CPU
    try:
        for free, place in ((None, "meta"), (1 << 40, "meta"), (1, "cpu")):
            monkeypatch.setattr(fused_adapter, "free_memory", lambda device, free=free: free)
            assert fused_adapter._waiting_place(model, torch.float32) == torch.device(place)
    finally:
        model.device = torch.device("cpu")


@pytest.mark.parametrize("trained", TWO, indirect=True, scope="module")
def test_as_trained_is_the_default(trained: Trained) -> None:
    with drawing(trained.model, trained.adapter) as ready:
        default = np.stack([np.asarray(image) for image in pictures(ready, REQUESTS, SETTINGS)])
    assert (default == drawn(trained, AS_TRAINED)).all()


@pytest.mark.parametrize("trained", TWO, indirect=True, scope="module")
@pytest.mark.parametrize("size", [2, 5])
def test_schedules_that_share_their_first_steps_draw_as_each_alone(trained: Trained, size: int) -> None:
    """Bit for bit, whole batches and the rest of one, with fewer passes."""
    schedules = [Recipe.constant(0.4), Recipe(0.4, 1.0, 0.8), Recipe(0.4, 1.0, 0.5), Recipe(0.4, 1.0, 0.2)]
    several = replace(SETTINGS, batch_size=size, steps=5)
    ends = [recipe.until(several.steps) for recipe in schedules]
    assert ends == [5, 4, 3, 1]
    states: SharedStates = {}
    for turn, recipe in enumerate(schedules):
        with drawing(trained.model, trained.adapter, recipe=recipe) as ready:
            alone = batches(draw(ready, REQUESTS, several))
        with drawing(trained.model, trained.adapter, recipe=recipe) as ready:
            shared = SharedSteps(frozenset(ends[turn + 1 :]), ends[turn], states)
            together = batches(draw(ready, REQUESTS, several, shared=shared))
        for one, other in zip(alone, together, strict=True):
            pairs = zip(one.images, other.images, strict=True)
            assert all((np.asarray(a) == np.asarray(b)).all() for a, b in pairs)
            spared = 0 if turn == 0 else ends[turn]
            each = 2 if trained.model.family.is_guided(several.guidance_scale) else 1
            assert one.forwards - other.forwards == size * each * spared


def batches(events: Iterator[DrawEvent]) -> list[DrawnBatch]:
    return [event for event in events if isinstance(event, DrawnBatch)]


@pytest.mark.parametrize("number", [1e30, -1e30])
def test_a_change_beyond_all_numbers_is_refused(tmp_path: Path, number: float) -> None:
    """Its factors are finite, so that reading the file says nothing."""
    model = load_image_model(FAMILIES["sd1"](tmp_path / "model"), device="cpu")
    attach_lora(model, TuneSettings(rank=2, target="attention"), torch.Generator())
    weights = list(trainable(model).values())
    before = model.denoiser.conv_in.weight.clone()
    with torch.no_grad():
        weights[0].view(-1)[0] = 1e30
        weights[1].view(-1)[0] = number
    path = save_adapter(model, tmp_path / "huge.safetensors", AdapterCard("", "tiny", 1, 0))
    with pytest.raises(StudioError, match="by a number that is not finite"), drawing(model, path):
        raise AssertionError
    assert torch.equal(model.denoiser.conv_in.weight, before)
