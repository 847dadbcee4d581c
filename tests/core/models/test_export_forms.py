"""What is promised of an export before it is made."""

import pytest

from gal_studio.assets import load_presets
from gal_studio.core.models.export_forms import FORMS, Form, about_form

SD = "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.mark.parametrize("form", FORMS)
def test_no_workflow_is_promised_for_the_bundled_model(form: Form) -> None:
    said = about_form(form, "assets:pocket/pipeline", "Pocket")
    assert ("there is no workflow" in said) == (form != "diffusers")
    assert ("a ComfyUI workflow" in about_form(form, SD, "Stable Diffusion 1.5")) == (form != "diffusers")


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_holds_is_said_with_the_base_model(form: Form) -> None:
    for preset in load_presets():
        said = about_form(form, preset.base_model, preset.title)
        assert "the LoRA" in said or "this LoRA" in said
        assert form == "diffusers" or preset.title in said
