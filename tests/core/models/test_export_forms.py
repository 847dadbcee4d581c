"""What is promised of an export before it is made."""

from typing import get_args

import numpy
import pytest

from gal_studio.assets import load_presets
from gal_studio.core.gal.ladder import LADDER
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.programs import COMFYUI, DIFFUSERS, INVOKEAI, scheduled
from gal_studio.core.models.forms.registry import FORMS, about_form, forms_of, is_usable
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import Method

SD = "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.mark.parametrize("form", forms_of())
def test_no_workflow_is_promised_for_the_bundled_model(form: ExportForm) -> None:
    said = about_form(form, "assets:pocket/pipeline", "Pocket")
    assert ("cannot run Pocket" in said) == (not form.is_own)
    assert ("a ComfyUI workflow" in about_form(form, SD, "Stable Diffusion 1.5")) == (not form.is_own)


USABLE: dict[str, list[Method]] = {
    "diffusers": ["lora", "lokr", "full"],
    "kohya": ["lora"],
    "comfyui": ["lora"],
    "invokeai": ["lora"],
    "lycoris": ["lokr"],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_no_program_could_use_is_not_offered(form: ExportForm) -> None:
    usable = [method for method in get_args(Method) if is_usable(form, SD, method)]
    assert usable == USABLE.get(form.name, [*form.methods])
    assert is_usable(form, "assets:pocket/pipeline", "lora") == form.is_own
    assert form.is_own or "the whole model" in about_form(form, SD, "Stable Diffusion 1.5", "full")


@pytest.mark.parametrize("form", forms_of())
def test_what_a_form_holds_is_said_with_the_base_model(form: ExportForm) -> None:
    for preset in load_presets():
        said = about_form(form, preset.base_model, preset.title)
        assert "the LoRA" in said or "cannot run" in said
        assert form.is_own or preset.title in said


@pytest.mark.parametrize("family", ["flux2-klein", "z-image"])
def test_a_model_is_offered_to_the_programs_that_have_it(family: str) -> None:
    kohya = FORMS.find("kohya")
    assert kohya is not None
    said = about_form(kohya, "owner/model", "It", "lora", family)
    assert said.startswith("Forge Neo and SD.Next, with It as their base model")
    assert "AUTOMATIC1111" in about_form(kohya, SD, "Stable Diffusion 1.5", "lora", "sd")
    for form in (DIFFUSERS, COMFYUI, INVOKEAI):
        assert form.programs_for(family) == form.programs


def seen_by_loractl(points: str, steps: int) -> list[float]:
    """The strength in each step: that at the number of the step before, as a share unless one is above 1."""
    strengths, places = zip(*(map(float, point.split("@")) for point in points.split(",")), strict=True)
    assert places[-1] > 1.0
    return [float(numpy.interp(max(0, step - 1), places, strengths)) for step in range(steps)]


@pytest.mark.parametrize("steps", [8, 10, 20, 28, 50])
@pytest.mark.parametrize("recipe", [one for one in LADDER if not one.is_constant])
def test_a_switch_is_written_for_a1111_with_loractl(recipe: Recipe, steps: int) -> None:
    call = scheduled("ink", recipe, steps)
    assert call is not None and call.startswith("<lora:ink:") and call.endswith(">")
    wanted = [recipe.strength(step, steps) for step in range(steps)]
    assert seen_by_loractl(call[len("<lora:ink:") : -1], steps) == pytest.approx(wanted)


@pytest.mark.parametrize("recipe", [Recipe.constant(0.7), Recipe(0.0, 1.0, 0.1)])
def test_what_cannot_be_written_for_loractl_is_not(recipe: Recipe) -> None:
    assert scheduled("ink", recipe, 10) is None


READ = {
    "krea-2": {"diffusers", "comfyui", "kohya"},
    "anima": {"diffusers", "comfyui", "kohya"},
    "qwen-image-2.1": {"diffusers", "comfyui"},
    "z-image": {"diffusers", "comfyui", "kohya", "invokeai"},
    "": {"diffusers", "comfyui", "kohya", "invokeai"},
}


@pytest.mark.parametrize("family", READ)
def test_a_form_is_offered_where_a_program_reads_it(family: str) -> None:
    known = [form for form in forms_of() if form.name in READ[""]]
    assert {form.name for form in known if is_usable(form, "owner/model", "lora", family)} == READ[family]
    assert {form.name for form in known if form.programs_for(family)} == READ[family]


def test_a_form_that_no_program_reads_names_another() -> None:
    invoke, comfy = (
        about_form(form, "owner/model", "Krea 2", "lora", "krea-2") for form in (INVOKEAI, COMFYUI)
    )
    assert invoke.startswith("LoRAs for Krea 2 do not work in InvokeAI in this format. Choose the format")
    assert comfy.startswith("ComfyUI, SwarmUI and SD.Next, with Krea 2")
