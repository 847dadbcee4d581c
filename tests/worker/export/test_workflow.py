"""The ComfyUI workflow of each family is whole, and draws what the studio draws."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.worker.export.workflow import Workflow, WorkflowOrder, workflow
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_distilled_klein, make_tiny_klein, make_tiny_z_image
from tests.engine.tiny_pipelines import make_wide_two

ORDER = WorkflowOrder(
    "cat.safetensors", "owner/base", DrawRequest("A cat in ink", 9), GenerationSettings(steps=7), 96
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
    "z-image": (make_tiny_z_image, {"KSampler": {"cfg": 5.0}, "ModelSamplingAuraFlow": {"shift": 6.0}}),
}


def by_kind(made: Workflow) -> dict[str, dict[str, Any]]:
    return {node["class_type"]: node["inputs"] for node in made.values()}


@pytest.mark.parametrize("name", EXPECTED)
def test_its_nodes(name: str, tmp_path: Path) -> None:
    make, expected = EXPECTED[name]
    made = workflow(load_image_model(make(tmp_path), device="cpu").family, ORDER)
    assert made is not None
    for node in made.values():
        for value in node["inputs"].values():
            assert not isinstance(value, list) or value[0] in made, "every link has its node"
    kinds = by_kind(made)
    assert kinds["LoraLoaderModelOnly"]["lora_name"] == "cat.safetensors"
    assert made["prompt"]["inputs"]["text"] == "A cat in ink" and "SaveImage" in kinds
    for kind, inputs in expected.items():
        assert kinds[kind].items() >= inputs.items()


def test_comfyui_does_not_know_the_bundled_model(tmp_path: Path) -> None:
    family = load_image_model(make_tiny_pipeline(tmp_path), device="cpu").family
    assert workflow(family, ORDER) is None
