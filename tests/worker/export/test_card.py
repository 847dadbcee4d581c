"""What a card says to people of other programs."""

from types import SimpleNamespace
from typing import Any

import pytest

from gal_studio.assets import bundled_version
from gal_studio.core.denoising import Denoising
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.worker.export.card import (
    _brackets,
    _recipe,
    _settings,
)


@pytest.mark.parametrize(
    ("form", "trigger", "prompt", "expected"),
    [
        ("kohya", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat [V]", r"`A cat \[V\]`"),
        ("comfyui", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("comfyui", "[V]", "A [V] cat", ""),
        ("invokeai", "saber (fate)", "", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat", ""),
    ],
)
def test_brackets_are_written_as_the_program_reads_them(
    form: str, trigger: str, prompt: str, expected: str
) -> None:
    task: Any = SimpleNamespace(form=find_form(form))
    facts: Any = SimpleNamespace(trigger=trigger)
    written: Any = SimpleNamespace(pictures=[SimpleNamespace(prompt=prompt)])
    unet: Any = SimpleNamespace(part="unet")
    said = " ".join(_brackets(task, facts, unet, written))
    assert (expected in said) if expected else not said


def test_invokeai_weights_no_words_for_transformers() -> None:
    task: Any = SimpleNamespace(form=find_form("invokeai"))
    facts: Any = SimpleNamespace(trigger="saber (fate)")
    transformer: Any = SimpleNamespace(part="transformer")
    assert not _brackets(task, facts, transformer, SimpleNamespace(pictures=[]))  # type: ignore[arg-type]


def test_a1111_is_told_the_schedule_and_the_best_constant_strength() -> None:
    task: Any = SimpleNamespace(form=find_form("kohya"))
    written: Any = SimpleNamespace(
        recipe=Recipe(0.4, 1.0, 0.5), constant=Recipe.constant(0.7), workflow="", file="ink.safetensors"
    )
    unet: Any = SimpleNamespace(part="unet")
    said = " ".join(_recipe(task, unet, written, Denoising(20)))
    assert "`<lora:ink:0.4@8,1@9,1@20>`" in said and "0.7 is the best strength" in said
    comfy: Any = SimpleNamespace(form=find_form("comfyui"))
    assert "loractl" not in " ".join(_recipe(comfy, unet, written, Denoising(20)))
    transformer: Any = SimpleNamespace(part="transformer")
    assert "loractl" not in " ".join(_recipe(task, transformer, written, Denoising(20))), (
        "it knows U-Nets alone"
    )


@pytest.mark.parametrize(("base", "said"), [("assets:pocket/pipeline", True), ("owner/model", False)])
def test_the_bundled_model_is_named_with_its_version(base: str, said: bool) -> None:
    task: Any = SimpleNamespace(project=SimpleNamespace(base_model=base), settings=Settings())
    facts: Any = SimpleNamespace(
        tune=TuneSettings(), steps=1, resolution=64, tags={}, seed=1, base_model="x", base_sha256="0",
        source="", date="today", masked=0,
    )  # fmt: skip
    assert "| masks |" not in _settings(task, facts)
    assert (f"| its version | {bundled_version()} |" in _settings(task, facts)) == said
