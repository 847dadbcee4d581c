"""What is promised of an export before it is made."""

import pytest

from gal_studio.assets import load_presets
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.references import REFERENCES
from gal_studio.core.models.forms.registry import FORMS, about_form, is_usable

SD = "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.mark.parametrize("form", FORMS)
def test_no_workflow_is_promised_for_the_bundled_model(form: ExportForm) -> None:
    said = about_form(form, "assets:pocket/pipeline", "Pocket")
    assert ("can’t run Pocket" in said) == (not form.is_own)
    assert ("a ComfyUI workflow" in about_form(form, SD, "Stable Diffusion 1.5")) == (not form.is_own)


@pytest.mark.parametrize("form", [*FORMS, REFERENCES])
def test_a_form_that_no_program_could_use_is_not_offered(form: ExportForm) -> None:
    own = form.is_own or form is REFERENCES
    assert is_usable(form, SD, "lora")
    assert is_usable(form, SD, "full") == is_usable(form, "assets:pocket/pipeline", "lora") == own
    assert own or "the whole model" in about_form(form, SD, "Stable Diffusion 1.5", "full")


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_holds_is_said_with_the_base_model(form: ExportForm) -> None:
    for preset in load_presets():
        said = about_form(form, preset.base_model, preset.title)
        assert "the LoRA" in said or "can’t run" in said
        assert form.is_own or preset.title in said
