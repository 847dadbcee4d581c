"""Warnings about the prompts of a new project. What they warn of is taken nevertheless."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from gal_studio.assets import load_presets, resolve_model
from gal_studio.core.entered import entered
from gal_studio.core.prompts import about_tokens, has_usual_style, style_descriptor
from gal_studio.core.references import describe
from gal_studio.studio.create.looks import short_model_name

USUAL_LIMIT = 77
"""The context length of CLIP's text encoders, for a model whose files are not on this machine."""
ONE_VIEW = (
    "One picture shows the object in one place only, and the model learns that place as well: 3 to 6 "
    "pictures in different places are better."
)
NO_PLACE = (
    "No prompt says where the object is, so the model may learn what is around it, too: end each prompt with "
    "the place, such as “on the stairs”, or correct it in the rounds."
)


def about_length(prompt: str, base_model: str) -> str:
    """A warning that a prompt is about as long as the model can read, or longer; "" otherwise."""
    limit = _context_length(base_model)
    if about_tokens(prompt) < limit:
        return ""
    return (
        f"This prompt is very long: {short_model_name(base_model)} reads about {limit - 2} words and "
        "signs, and refuses more when it is trained. Shorten it."
    )


def _context_length(base_model: str) -> int:
    """The context length of a model directory's tokenizer, or the usual one."""
    path = Path(resolve_model(base_model)).expanduser() / "tokenizer" / "tokenizer_config.json"
    try:
        length = json.loads(path.read_text(encoding="utf-8")).get("model_max_length")
    except (OSError, ValueError, AttributeError):
        return USUAL_LIMIT
    return length if isinstance(length, int) and 2 < length < 10_000 else USUAL_LIMIT


def about_places(texts: Sequence[tuple[str, str]]) -> str:
    """A warning that no prompt of an object, given with its trigger word, says more than its name; or ""."""
    names_alone = all(
        entered(prompt).strip(" .").lower() == describe("object", [(prompt, word)]).prompts.name.lower()
        for prompt, word in texts
    )
    return NO_PLACE if names_alone else ""


def about_style(prompt: str, base_model: str) -> str:
    """A warning that a style was read from an unusual form, or that the model knows it already; or ""."""
    words = style_descriptor(prompt)
    if not has_usual_style(prompt):
        return (
            f"The style is read as “{words}”, which every test prompt will have. If that is wrong, end the "
            "prompt with “in ... style”."
        )
    known = _known_words(words, _known_styles(base_model))
    if not known:
        return ""
    name = short_model_name(base_model)
    return (
        f"{name} knows “{known}” already and draws it its own way. To teach it yours, call the style by a "
        "made-up word, such as “in lumira style”."
    )


def _known_words(words: str, known: Sequence[str]) -> str:
    """The longest known style in these words; "" if there is none."""
    found = [style for style in known if re.search(rf"(?<!\w){re.escape(style)}(?!\w)", words.lower())]
    return max(found, key=len, default="")


def _known_styles(base_model: str) -> Sequence[str]:
    return next((preset.known_styles for preset in load_presets() if preset.base_model == base_model), ())
