"""The forms of an exported LoRA: which programs read each one, in words that a person understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import is_bundled

Form = Literal["diffusers", "kohya", "comfyui"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True)
class FormWords:
    """How a form is called in a list of choices, who reads it, and where the file is put ("": anywhere)."""

    title: str
    programs: str
    place: str = ""


FORM_WORDS: Mapping[Form, FormWords] = {
    "diffusers": FormWords("For diffusers", "Python, and programs that are built on diffusers"),
    "kohya": FormWords("For A1111 / Forge", "AUTOMATIC1111, Forge and SD.Next", "models/Lora"),
    "comfyui": FormWords("For ComfyUI / InvokeAI", "ComfyUI, InvokeAI and SwarmUI", "models/loras"),
}


def about_form(form: Form, base_model: str, title: str) -> str:
    """What is said of a form before it is made: which programs read it, and what it holds.

    `base_model` is called `title` on the page. Of the bundled one no other program has the base.
    """
    words = FORM_WORDS[form]
    if form == "diffusers":
        return f"{words.programs}. Holds the LoRA, a card and two pictures."
    if is_bundled(base_model):
        return (
            f"{words.programs} have no base model like {title}: they cannot use this LoRA, and there is no "
            "workflow. Choose the form for diffusers."
        )
    return (
        f"{words.programs}, with {title} as their base model: into {words.place}. Holds the LoRA, a card, "
        "two pictures and a ComfyUI workflow."
    )


def check_form(form: str) -> Form:
    """The form of that name; another one is refused."""
    for known in FORMS:
        if form == known:
            return known
    raise StudioError(f"There is no form {form!r}: choose one of {', '.join(FORMS)}.")
