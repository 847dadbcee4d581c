"""The forms of an exported LoRA: which programs read each one, in words that a person understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gal_studio.core.errors import StudioError

Form = Literal["diffusers", "kohya", "comfyui"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True)
class FormWords:
    """How a form is called in a list of choices, who reads it, where the file is put ("": anywhere)."""

    title: str
    programs: str
    place: str = ""
    beside: str = ""

    @property
    def note(self) -> str:
        """What a choice says below its title."""
        return ", ".join(filter(None, [": ".join(filter(None, [self.programs, self.place])), self.beside]))


FORM_WORDS: Mapping[Form, FormWords] = {
    "diffusers": FormWords("For diffusers", "Python, and programs that are built on diffusers"),
    "kohya": FormWords("For A1111 / Forge", "AUTOMATIC1111, Forge and SD.Next", "models/Lora"),
    "comfyui": FormWords(
        "For ComfyUI / InvokeAI", "ComfyUI, InvokeAI and SwarmUI", "models/loras", "with a workflow"
    ),
}


def check_form(form: str) -> Form:
    """The form of that name; another one is refused."""
    for known in FORMS:
        if form == known:
            return known
    raise StudioError(f"There is no form {form!r}: choose one of {', '.join(FORMS)}.")
