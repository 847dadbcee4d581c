"""The forms of an exported LoRA: which programs read each one, in words that a person understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gal_studio.core.errors import StudioError

Form = Literal["diffusers", "kohya", "comfyui"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True)
class FormWords:
    """How a form is called in a list of choices, and where the file is put."""

    title: str
    programs: str
    place: str


FORM_WORDS: Mapping[Form, FormWords] = {
    "diffusers": FormWords(
        "For diffusers", "diffusers and programs built on it", "any folder; see the lines below"
    ),
    "kohya": FormWords("For A1111 / Forge", "AUTOMATIC1111, Forge and SD.Next", "models/Lora"),
    "comfyui": FormWords("For ComfyUI / InvokeAI", "ComfyUI, InvokeAI and SwarmUI", "models/loras"),
}


def check_form(form: str) -> Form:
    """The form of that name; another one is refused."""
    for known in FORMS:
        if form == known:
            return known
    raise StudioError(f"There is no form {form!r}: choose one of {', '.join(FORMS)}.")
