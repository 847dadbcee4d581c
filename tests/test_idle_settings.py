"""A setting that the form hides does nothing: with another value, the same is computed."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from gal_studio.assets import drawn_with, load_shape
from gal_studio.core.gal.balance import example_weight
from gal_studio.core.gal.recipes import candidate_recipe, drawing_seed
from gal_studio.core.memory.need import need
from gal_studio.core.patchdpo.patch_quality import pair_weights
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import Settings
from gal_studio.core.settings_fields import setting_of
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.rounds.prior import drawn_prior
from tests.idle import is_idle

SHAPE = load_shape("sdxl")
MAP = np.linspace(0.1, 0.9, 4).reshape(2, 2)


def strengths(settings: Settings) -> object:
    """The schedules and the seeds of a prompt's images."""
    return [(candidate_recipe(settings, i), drawing_seed(settings, 1, "a cat", i)) for i in range(20)]


def sampled(settings: Settings) -> object:
    """The steps, guidance and solver of an image."""
    generation = settings.generation
    return generation.as_drawn.denoising, generation.as_drawn.guidance_scale, generation.solver


def referenced(settings: Settings, kind: Kind) -> object:
    """What draws with the references, and how strongly."""
    if not drawn_with(settings.references, "someone/a-model"):
        return None
    return settings.references.recipe(Recipe(0.5, 1.0, 0.3))


def regularized(settings: Settings, kind: Kind) -> object:
    """The regularization images that a training needs."""
    anchors = [
        SimpleNamespace(prompt="a cat in lumira style"),
        SimpleNamespace(prompt="a dog in lumira style"),
    ]
    own = SimpleNamespace(kind=kind, taught=find_taught(kind), base_model="m")
    project = SimpleNamespace(project=own, anchors=anchors)
    round_ = SimpleNamespace(prior_drawing=settings.generation)
    here = SimpleNamespace(settings=settings, round=round_, project=project)
    prompts = SimpleNamespace(class_prompts=("a cat",), name="lumira style")
    return drawn_prior(cast(Any, SimpleNamespace(here=here, given_prior=(), prompts=prompts, prior={})))


COMPUTED: dict[str, Callable[[Settings, Kind], object]] = {
    "tune.rank": lambda settings, _: need(SHAPE, settings, "cuda"),
    "tune.target": lambda settings, _: need(SHAPE, settings, "cuda"),
    "tune.lokr_factor": lambda settings, _: settings.tune.essential,
    "tune.prior_styles": regularized,
    "tune.stop_at_best": lambda settings, _: settings.tune.essential,
    "tune.taught_share": lambda settings, _: settings.tune.essential,
    "tune.teacher_strength": lambda settings, _: settings.tune.essential,
    "generation.allocation": lambda settings, _: strengths(settings),
    "generation.lowest_strength": lambda settings, _: strengths(settings),
    "generation.latest_switch": lambda settings, _: strengths(settings),
    "generation.fast_steps": lambda settings, _: sampled(settings),
    "generation.fast_guidance": lambda settings, _: sampled(settings),
    "generation.fast_solver": lambda settings, _: sampled(settings),
    "gal.balance_lambda": lambda settings, _: example_weight(
        settings.gal.balance, settings.gal.balance_lambda, 0.5
    ),
    "references.strength": referenced,
    "references.subject_alone": referenced,
    "references.candidates": referenced,
    "refine.clean_background": lambda settings, _: settings.refine.essential,
    "refine.even_reference": lambda settings, _: pair_weights(
        MAP, MAP, None, None, 0.3, settings.refine.uniform_weights, None, settings.refine.even_reference
    ).tolist(),
}  # fmt: skip
"""What each setting decides, from the settings and the kind of the project."""
OTHER: dict[str, Any] = {
    "tune.rank": 4, "tune.target": "attention", "tune.lokr_factor": 4,
    "tune.prior_styles": ["ink style"], "tune.taught_share": 0.5, "tune.teacher_strength": 0.7,
    "tune.stop_at_best": True, "generation.allocation": "ladder", "generation.lowest_strength": 0.5,
    "generation.latest_switch": 0.5, "generation.fast_steps": 6, "generation.fast_guidance": 2.0,
    "generation.fast_solver": "lcm", "gal.balance_lambda": 8.0,
    "references.strength": 0.3,
    "references.subject_alone": True, "references.candidates": 2, "refine.clean_background": "on white",
    "refine.even_reference": True,
}  # fmt: skip
STATES = [
    (name, state) for name in OTHER for state in cast(Any, setting_of(name).metadata["idle"])
]  # each of these settings with each state in which it does nothing


def with_values(values: dict[str, Any]) -> Settings:
    settings = Settings()
    for name, value in values.items():
        if "." in name:
            group, _, own = name.partition(".")
            settings = settings.updated({group: {own: value}})
    return settings


@pytest.mark.parametrize(("name", "state"), STATES, ids=lambda one: str(one))
def test_what_is_hidden_changes_nothing(name: str, state: dict[str, Any]) -> None:
    kind = state.get("kind", "style")
    given = {**({} if "tune.prior_images" in state else {"tune.prior_images": 4}), **state}
    settings, changed = with_values(given), with_values({**given, name: OTHER[name]})
    assert is_idle(name, settings, kind)
    assert changed != settings and is_idle(name, changed, kind)
    assert COMPUTED[name](changed, kind) == COMPUTED[name](settings, kind)


USED: dict[str, dict[str, Any]] = {
    "tune.rank": {}, "tune.target": {}, "tune.prior_styles": {"tune.prior_images": 4},
    "tune.taught_share": {"tune.accepted_noise": 3.0},
    "tune.teacher_strength": {"tune.accepted_noise": 3.0, "tune.taught_share": 0.5},
    "generation.allocation": {}, "generation.lowest_strength": {},
    "generation.latest_switch": {"generation.lowest_strength": 0.5},
    "generation.fast_steps": {"generation.speed_lora": "fast.safetensors"},
    "generation.fast_guidance": {"generation.fast_model": "someone/fast"},
    "generation.fast_solver": {"generation.fast_model": "someone/fast"},
    "gal.balance_lambda": {},
    "references.strength": {"references.adapter": "someone/adapter"},
    "refine.even_reference": {},
}  # fmt: skip


@pytest.mark.parametrize("name", USED)
def test_what_is_shown_does_change_something(name: str) -> None:
    settings, changed = with_values(USED[name]), with_values({**USED[name], name: OTHER[name]})
    assert not is_idle(name, settings, "style")
    assert COMPUTED[name](changed, "style") != COMPUTED[name](settings, "style")
