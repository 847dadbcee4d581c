"""Warnings about the prompts of a new project. What they warn of is taken nevertheless."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gal_studio.assets import Preset, load_presets, resolve_model
from gal_studio.core.entered import entered
from gal_studio.core.prompts import about_tokens, has_usual_style, style_descriptor, without_words
from gal_studio.core.records.project import ProjectView
from gal_studio.core.references import describe
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.swaps import Swap, swaps
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import listed
from gal_studio.json_files import read_json
from gal_studio.state.files.answering import answers
from gal_studio.studio.create.looks import short_model_name

USUAL_LIMIT = 77
"""The context length of CLIP's text encoders, for a model whose files are not on this machine."""
_SMALL_WORDS = re.compile(
    "an?|the|one|my|your|our|this|that|these|those|its|of|on|in|at|to|by|with|and|or|for|from|is|are|as|into|"
    "onto|over|under|near"
)
"""Words that any prompts share."""
_LOOKS = re.compile(
    r"\b(?:(?:water|flat |pastel |muted |vivid |bright |limited )colou?rs?|oil paint(?:ing)?s?|ink wash|"
    r"line[- ]?art|(?:bold|thick|thin|black|clean) (?:out)?lines?|cartoon|anime|manga|pixel art|"
    r"3d render(?:ing)?|vector (?:art|graphics?)|digital (?:art|painting)|cel[- ]shad(?:ed|ing)|"
    r"cross[- ]?hatching|halftone|brush ?strokes?|monochrome|black and white|minimalist|photorealistic|"
    r"low[- ]poly|paper texture|(?:illustration|painting|drawing|sketch|artwork|comic)s?(?= of\b|,| *$))\b",
    re.IGNORECASE,
)
"""Words for how an image is made, which a style's name is to stand for."""
ONE_VIEW = (
    "One image shows the object in one place, which the model learns, too: 3 to 6 images in different "
    "places are better."
)
NO_PLACE = (
    "No prompt says where the object is, so its surroundings may be learned, too. Name the place, as in “on "
    "the stairs”."
)


def about_length(prompt: str, base_model: str) -> str:
    """A warning that a prompt is about as long as the model can read, or longer; "" otherwise."""
    limit = _context_length(base_model)
    if about_tokens(prompt) < limit:
        return ""
    return (
        f"Too long: {short_model_name(base_model)} reads about {limit - 2} words. Longer prompts cannot be "
        "trained."
    )


def _context_length(base_model: str) -> int:
    """The context length of a model directory's tokenizer, or the usual one."""
    path = Path(resolve_model(base_model)).expanduser() / "tokenizer" / "tokenizer_config.json"
    if not answers(path.parent):
        return USUAL_LIMIT
    try:
        length = read_json(path).get("model_max_length")
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


def about_shared_words(kind: Kind, texts: Sequence[tuple[str, str]]) -> str:
    """A warning that the prompts of several pictures share words besides what is to be learned; or "".

    `texts` are (prompt, trigger word).
    """
    rests = [_words_besides(kind, entered(prompt), word) for prompt, word in texts]
    if len(rests) < 2:
        return ""
    shared = [word for word in rests[0] if all(word in rest for rest in rests[1:])]
    if not shared:
        return ""
    return (
        f"All prompts say “{' '.join(shared[:6])}”, which the model may take for a part of the {kind}: "
        "choose different images, and describe what differs."
    )


def _words_besides(kind: Kind, prompt: str, trigger_word: str) -> list[str]:
    """The words of a prompt that name neither style nor object and that say something, in order."""
    words = re.findall(r"\w+", find_taught(kind).besides(prompt, trigger_word).lower())
    return [word for word in dict.fromkeys(words) if not _SMALL_WORDS.fullmatch(word)]


def about_style(prompt: str, base_model: str) -> str:
    """A warning that a style was read from an unusual form, or that the model knows it already; or ""."""
    words = style_descriptor(prompt)
    if not has_usual_style(prompt):
        return (
            f"The style is read as “{words}”, which every test prompt will have. If that is wrong, end the "
            "prompt with “in ... style”."
        )
    preset = _preset(base_model)
    known = known_words(words, preset.known_styles) if preset else ""
    if not known:
        return ""
    name = short_model_name(base_model)
    return (
        f"{name} already knows “{known}” and generates it in its own way. To teach it yours, call the style "
        "by a made-up word, such as “in lumira style”."
    )


def about_described_style(prompt: str) -> str:
    """A warning that a style's prompt also describes what the style looks like; "" otherwise."""
    if not _LOOKS.search(prompt):
        return ""
    rest = find_taught("style").besides(entered(prompt), "")
    found = list(dict.fromkeys(one[0].lower() for one in _LOOKS.finditer(rest)))
    if not found:
        return ""
    said = listed([f"“{one}”" for one in found])
    return (
        f"{said} {'describes' if len(found) == 1 else 'describe'} the style itself: leave that out, so that "
        "the style’s name learns it."
    )


def about_things(kind: Kind, prompt: str, trigger_word: str, base_model: str) -> str:
    """A warning that the base model was taught nothing that a reference's prompt names; "" otherwise."""
    taught, preset = find_taught(kind), _preset(base_model)
    thing = taught.thing(prompt, trigger_word)
    return _on_unknown(thing, preset, preset.known_things, taught.instead) if preset else ""


LEAST_SPACED = 8
"""Sampling steps without a list of sigmas, of which half lie in noise that shows nothing."""


def about_steps(kind: Kind, generation: GenerationSettings, base_model: str) -> str:
    """A warning that images of a model with a list of sigmas are drawn in too few steps; "" otherwise."""
    preset = _preset(base_model)
    listed = preset.settings[kind].generation.sigmas if preset else ()
    least = len(listed) if generation.sigmas else LEAST_SPACED
    if not listed or generation.is_fast or generation.steps >= least:
        return ""
    with_what = f"{generation.steps} sampling steps"
    with_what += "" if generation.sigmas else " and no list of sigmas"
    return f"With {with_what}, {short_model_name(base_model)}’s images get worse: choose {least} or more."


def about_project(project: ProjectView) -> list[str]:
    """What the base model was not taught of a project's prompts, what these share, and too few steps."""
    model, anchors = project.base_model, [anchor.prompt for anchor in project.anchors if anchor.enabled]
    said = [about_things(project.kind, one.prompt, one.trigger_word, model) for one in project.references]
    if not find_taught(project.kind).is_subject:
        said += [about_described_style(one.prompt) for one in project.references]
    for word in dict.fromkeys(one.trigger_word for one in project.references):
        texts = [(one.prompt, word) for one in project.references if one.trigger_word == word]
        said.append(about_shared_words(project.kind, texts))
    said.append(about_test_prompts(anchors, project.prompts.name, model))
    said.append(about_steps(project.kind, project.settings.generation, model))
    return list(dict.fromkeys(filter(None, said)))


@dataclass(frozen=True)
class Unknown:
    """What the base model was not taught of some prompts, in a sentence, and how to ask for what it knows."""

    text: str
    prompts: tuple[str, ...]
    swaps: tuple[Swap, ...]


def unknown_prompt(templates: Sequence[str], trigger: str, base_model: str) -> Unknown | None:
    """All prompts, where the base model knows neither thing nor place of one; None if it knows all.

    `trigger` stands for `{}` in a template, and may be written out.
    """
    preset = _preset(base_model)
    known = (*preset.known_things, *preset.known_places) if preset and preset.known_things else ()
    for template in templates:
        rest = without_words(without_words(template, trigger), "{}")
        if preset and (text := _on_unknown(rest, preset, known, "and shows something it knows instead")):
            all_prompts = (template, *(one for one in templates if one != template))
            return Unknown(text, all_prompts, swaps(all_prompts, known, trigger))
    return None


def about_test_prompts(templates: Sequence[str], trigger: str, base_model: str) -> str:
    """A warning of the first such test prompt; "" otherwise."""
    found = unknown_prompt(templates, trigger, base_model)
    return found.text if found else ""


def known_instead(
    kind: Kind, texts: Sequence[tuple[str, str]], unknown: int, base_model: str
) -> tuple[Swap, ...]:
    """The prompts of references with things that the base model knows, for what one of them shows.

    `texts` are (prompt, trigger word).
    """
    preset, (prompt, word) = _preset(base_model), texts[unknown]
    thing = find_taught(kind).thing(entered(prompt), word)
    return swaps([one for one, _ in texts], preset.known_things, thing=thing) if preset else ()


def _on_unknown(words: str, preset: Preset, known: Sequence[str], instead: str) -> str:
    if not known or not words or known_words(words, known):
        return ""
    thing = re.sub("^(an?|the) ", "", words, flags=re.IGNORECASE)
    near = [one.word for one in swaps([words], known)] or known[:: max(1, len(known) // 6)][:6]
    name, some = short_model_name(preset.base_model), ", ".join(near)
    return (
        f"{name} cannot generate “{thing}” {instead}. Choose something it knows, such as {some}, or another "
        "base model."
    )


def known_words(words: str, known: Sequence[str]) -> str:
    """The longest of the known words in these, in singular or plural; "" if there is none."""
    found = [one for one in known if re.search(rf"(?<!\w){re.escape(one)}(e?s)?(?!\w)", words.lower())]
    return max(found, key=len, default="")


def _preset(base_model: str) -> Preset | None:
    return next((preset for preset in load_presets() if preset.base_model == base_model), None)
