"""The ComfyUI workflow of each family is whole, and draws what the studio draws."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.workflow import Workflow, WorkflowOrder, _klein, workflow
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import (
    make_distilled_klein,
    make_krea_turbo,
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_krea,
    make_tiny_qwen_image,
    make_tiny_z_image,
)
from tests.engine.tiny_pipelines import make_wide_two
from tests.features.exports.comfyui_nodes import NODES, TEXT_ENCODERS

ORDER = WorkflowOrder(
    "cat.safetensors", "owner/base", DrawRequest("A cat (Felis) in ink", 9), GenerationSettings(steps=7), 96
)
EXPECTED: dict[str, tuple[Callable[[Path], Path], dict[str, dict[str, Any]]]] = {
    "sd2 with velocity": (
        make_wide_two,
        {
            "KSampler": {"seed": 9, "steps": 7, "cfg": 4.0, "sampler_name": "dpmpp_2m", "model": ["lora", 0]},
            "CheckpointLoaderSimple": {"ckpt_name": "base.safetensors"},
        },
    ),
    "xl": (
        make_tiny_xl_pipeline,
        {"KSampler": {"seed": 9, "cfg": 4.0}, "ConditioningZeroOut": {"conditioning": ["prompt", 0]}},
    ),
    "klein base": (make_tiny_klein, {"CFGGuider": {"cfg": 4.0}, "RandomNoise": {"noise_seed": 9}}),
    "klein": (make_distilled_klein, {"CFGGuider": {"cfg": 1.0}, "Flux2Scheduler": {"steps": 7, "width": 96}}),
    "krea": (
        make_tiny_krea,
        {
            "KSampler": {"cfg": 5.0, "sampler_name": "euler", "scheduler": "simple", "model": ["shift", 0]},
            "CLIPLoader": {"type": "krea2", "clip_name": "qwen3vl_4b_bf16.safetensors"},
        },
    ),
    "krea turbo": (make_krea_turbo, {"ModelSamplingFlux": {"max_shift": 1.15, "base_shift": 1.15}}),
    "qwen": (
        make_tiny_qwen_image,
        {
            "KSampler": {"cfg": 4.0, "scheduler": "simple", "latent_image": ["prompt", 2]},
            "CLIPLoader": {"type": "qwen_image", "clip_name": "qwen3vl_8b_bf16.safetensors"},
            "TextEncodeQwenImage21": {"resolution": 96, "negative_prompt": "", "clip": ["text", 0]},
        },
    ),
    "anima": (
        make_tiny_anima,
        {
            "KSampler": {"cfg": 4.0, "scheduler": "simple", "model": ["shift", 0]},
            "CLIPLoader": {"type": "stable_diffusion", "clip_name": "qwen_3_06b_base.safetensors"},
            "ModelSamplingAuraFlow": {"shift": 3.0},
        },
    ),
    "z-image": (make_tiny_z_image, {"KSampler": {"cfg": 5.0}, "ModelSamplingAuraFlow": {"shift": 6.0}}),
}


def by_kind(made: Workflow) -> dict[str, dict[str, Any]]:
    return {node["class_type"]: node["inputs"] for node in made.values()}


@pytest.mark.parametrize("name", EXPECTED)
def test_its_nodes(name: str, tmp_path: Path) -> None:
    make, expected = EXPECTED[name]
    made = workflow(load_image_model(make(tmp_path), device="cpu").family, ORDER)
    assert made is not None
    kinds = by_kind(made)
    assert kinds["LoraLoaderModelOnly"]["lora_name"] == "cat.safetensors"
    asked = made["prompt"]["inputs"]
    assert asked.get("text", asked.get("prompt")) == "A cat \\(Felis\\) in ink" and "SaveImage" in kinds
    for kind, inputs in expected.items():
        assert kinds[kind].items() >= inputs.items()


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(0.0, 0.9, 0.4)], ids=["as trained", "a switch"])
@pytest.mark.parametrize("name", EXPECTED)
def test_every_node_has_what_comfyui_asks_of_it(name: str, recipe: Recipe, tmp_path: Path) -> None:
    """All inputs that it needs and no others, each from an output of the same type."""
    family = load_image_model(EXPECTED[name][0](tmp_path), device="cpu").family
    made = workflow(family, replace(ORDER, recipe=recipe))
    assert made is not None
    for node in made.values():
        known, given = NODES[node["class_type"]], node["inputs"]
        assert known.inputs.keys() <= given.keys() <= known.inputs.keys() | known.optional.keys()
        for label, value in given.items():
            wanted = {**known.inputs, **known.optional}[label]
            assert isinstance(value, list) == bool(wanted), f"{label} is a link, or a value"
            if wanted:
                place, number = value
                assert NODES[made[place]["class_type"]].outputs[number] == wanted
    kinds = by_kind(made)
    if "CLIPLoader" in kinds:
        assert kinds["CLIPLoader"]["type"] in TEXT_ENCODERS
    if "TextEncodeQwenImage21" in kinds:
        assert kinds["TextEncodeQwenImage21"]["resolution"] % 32 == 0  # as finely as the node counts


@pytest.mark.parametrize("name", EXPECTED)
def test_a_strength_that_changes_is_a_hook_with_keyframes(name: str, tmp_path: Path) -> None:
    family = load_image_model(EXPECTED[name][0](tmp_path), device="cpu").family
    made = workflow(family, replace(ORDER, recipe=Recipe(0.0, 0.9, 0.4)))  # late from the fourth of 7 steps
    assert made is not None
    kinds = by_kind(made)
    assert "LoraLoaderModelOnly" not in kinds
    assert kinds["CreateHookLoraModelOnly"] == {"lora_name": "cat.safetensors", "strength_model": 1.0}
    early, late = made["early"]["inputs"], made["late"]["inputs"]
    assert (early["strength_mult"], early["start_percent"]) == (0.0, 0.0)
    assert late["strength_mult"] == 0.9 and late["prev_hook_kf"] == ["early", 0]
    if name.startswith("klein"):
        solver = family.solver(7, 96, torch.device("cpu"))
        share = 1.0 - late["start_percent"]  # of the time that ComfyUI shifts by 2.02
        noise = math.exp(2.02) / (math.exp(2.02) + 1.0 / share - 1.0)
        assert solver.sigmas[3] < noise < solver.sigmas[2]
    else:
        assert late["start_percent"] == pytest.approx(2.5 / 7, abs=1e-3)
    pair = kinds["PairConditioningSetProperties"]
    assert pair["positive_NEW"] == ["prompt", 0] and pair["negative_NEW"] == ["nothing", 0]
    guided = kinds.get("KSampler") or kinds["CFGGuider"]
    assert (guided["positive"], guided["negative"]) == (["hooked", 0], ["hooked", 1])
    assert "lora" not in [link[0] for link in guided.values() if isinstance(link, list)]


def test_a_constant_strength_is_that_of_the_loader(tmp_path: Path) -> None:
    family = load_image_model(make_wide_two(tmp_path), device="cpu").family
    for recipe, strength in ((Recipe.constant(0.55), 0.55), (Recipe(0.0, 1.0, 0.05), 1.0)):
        made = workflow(family, replace(ORDER, recipe=recipe))
        assert made is not None
        assert by_kind(made)["LoraLoaderModelOnly"]["strength_model"] == strength


def test_given_sigmas_are_written_and_switches_count_timesteps(tmp_path: Path) -> None:
    """ComfyUI takes a percent for that share of its 1,000 timesteps, from the noisiest on."""
    family = load_image_model(make_wide_two(tmp_path), device="cpu").family
    sigmas, recipe = (12.0, 4.0, 1.0, 0.4), Recipe(0.0, 0.9, 0.7)
    settings = GenerationSettings(steps=4, sigmas=sigmas)
    made = workflow(family, replace(ORDER, settings=settings, recipe=recipe))
    assert made is not None
    kinds = by_kind(made)
    written = [float(sigma) for sigma in kinds["ManualSigmas"]["sigmas"].split(", ")]
    assert written == pytest.approx([*sigmas, 0.0], rel=0.03)
    assert recipe.first_late(settings.denoising) == 3
    percent = made["late"]["inputs"]["start_percent"]
    alpha_bar = family.process().alpha_bar[round(999 * (1.0 - percent))]  # type: ignore[attr-defined]
    assert sigmas[3] < float(((1 - alpha_bar) / alpha_bar).sqrt()) < sigmas[2]


def test_comfyui_does_not_know_the_bundled_model(tmp_path: Path) -> None:
    family = load_image_model(make_tiny_pipeline(tmp_path), device="cpu").family
    assert workflow(family, ORDER) is None


@pytest.mark.parametrize("make", [make_tiny_krea, make_krea_turbo, make_tiny_qwen_image])
def test_the_noise_is_that_of_its_own_steps(make: Callable[[Path], Path], tmp_path: Path) -> None:
    """ComfyUI shifts evenly spaced times by the node's value: exp(s) / (exp(s) + 1 / t - 1)."""
    family = load_image_model(make(tmp_path), device="cpu").family
    made = workflow(family, ORDER)
    assert made is not None
    node = by_kind(made)["ModelSamplingFlux"]
    assert node["max_shift"] == node["base_shift"]
    times = 1.0 - torch.arange(7) / 7
    grown = math.exp(node["max_shift"])
    torch.testing.assert_close(
        family.solver(7, 96, torch.device("cpu")).sigmas[:-1], grown / (grown + 1 / times - 1)
    )


@pytest.mark.parametrize(("width", "text"), [(7680, "qwen_3_4b"), (12288, "qwen_3_8b")])
def test_the_text_encoder_is_that_of_the_size_of_klein(width: int, text: str) -> None:
    config = SimpleNamespace(joint_attention_dim=width)
    pipeline = SimpleNamespace(transformer=SimpleNamespace(config=config))
    family: Any = SimpleNamespace(pipeline=pipeline, is_guided=lambda scale: scale > 1)
    made = _klein(family, replace(ORDER, settings=GenerationSettings(guidance_scale=1.0)))
    assert made["text"]["inputs"]["clip_name"].startswith(text)
