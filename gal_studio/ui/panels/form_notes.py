"""Errors and warnings of the form of a new project, each with the field that it is about."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gal_studio.assets import load_anchors, load_preset
from gal_studio.core import checks
from gal_studio.core.entered import about_entered, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import check_name
from gal_studio.core.prompts import check_trigger_word, style_descriptor, trigger_key
from gal_studio.core.references import describe
from gal_studio.core.settings import Settings
from gal_studio.core.types import Kind
from gal_studio.studio.create.lora_file import read_lora_facts
from gal_studio.studio.create.project import (
    DEFAULT_PRESET,
    check_base_model,
    check_judged,
    check_model,
    check_settings,
)
from gal_studio.studio.create.prompt_notes import (
    ONE_VIEW,
    about_length,
    about_places,
    about_shared_words,
    about_style,
    about_things,
)
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.forms import FormNote

Texts = Sequence[tuple[str, str]]
"""(prompt, trigger word) of each picture of a set."""


def base_model_of(request: Payload) -> str:
    """The base model that the form names; "" if its field is empty."""
    preset = request.get("preset")
    return load_preset(preset).base_model if preset else str(request.get("base_model") or "").strip()


def start_of(request: Payload) -> str:
    """The path of the LoRA to start from; "" for the base model."""
    return str(request.get("start_from") or "").strip()


def judged_of(request: Payload) -> tuple[str, ...]:
    """The paths of the LoRAs to judge; empty for a project that trains."""
    return tuple(path for one in request.get("judged") or () if (path := str(one).strip()))


def nested(changes: dict[str, Any]) -> dict[str, Any]:
    """`{"tune.rank": 4}` as `{"tune": {"rank": 4}}`."""
    result: dict[str, Any] = {}
    for name, value in changes.items():
        group, _, key = name.partition(".")
        result.setdefault(group, {})[key] = value
    return result


def notes_on_form(request: Payload, sets: Sequence[Texts]) -> list[FormNote]:
    """All errors and warnings; what is still missing is an error only if the form is `final`.

    `sets` has the texts of each set of references. A set of the request may have `places`: the field of each
    of its prompts, and `pictures`: how many there are.
    """
    final = bool(request.get("final"))
    kind: Kind = request["kind"]
    notes: list[FormNote] = []
    model = base_model_of(request)
    known = "" if _refusal(check_base_model, model) else model
    for number, (texts, given) in enumerate(zip(sets, request["sets"], strict=True)):
        places = _places(given)
        notes += _on_set(kind, texts, places, number)
        notes += _warnings(kind, texts, places, number, known)
        if final:
            notes += _missing(kind, texts, given, number)
    notes += _on_words_apart(sets)
    notes += _on_settings(request, kind)
    notes += _on_judged(request, final)
    return notes + (list(_on_names(request)) if final else [])


def _places(given: Payload) -> list[str]:
    """The field of each prompt of a set that is not empty."""
    prompts = given["prompts"]
    places = given.get("places") or ["prompt"] * len(prompts)
    if len(places) != len(prompts):
        raise StudioError("The form names other fields than it has prompts: load the page again.")
    return [place for place, prompt in zip(places, prompts, strict=True) if prompt]


def _on_set(kind: Kind, texts: Texts, places: Sequence[str], number: int) -> list[FormNote]:
    """The first thing that is wrong with the trigger word or the prompts of a set."""
    if kind == "object" and texts:
        refusal = _refusal(check_trigger_word, texts[0][1])
        if refusal:
            return [FormNote("trigger", refusal, number)]
    for count, place in enumerate(places, start=1):
        refusal = _refusal(describe, kind, texts[:count])
        if refusal:
            return [FormNote(place, refusal, number)]
    return []


def _warnings(kind: Kind, texts: Texts, places: Sequence[str], number: int, model: str) -> Iterator[FormNote]:
    """What is taken, but should be known: long prompts, odd names of styles, an object's places."""
    given: set[str] = set()
    for (prompt, word), place in zip(texts, places, strict=True):
        is_style = kind == "style" and not _refusal(style_descriptor, entered(prompt))
        odd = about_style(entered(prompt), model) if is_style else ""
        fits = not _refusal(describe, kind, [(prompt, word)])
        unknown = about_things(kind, entered(prompt), word, model) if fits else ""
        for text in (about_length(entered(prompt), model), odd, about_entered(prompt), unknown):
            if text and text not in given:
                given.add(text)
                yield FormNote(place, text, number, "warning")
    for word in dict.fromkeys(word for _, word in texts):
        if text := about_entered(word, "trigger word"):
            yield FormNote("trigger", text, number, "warning")
    if not _refusal(describe, kind, texts) and (text := about_shared_words(kind, texts)):
        yield FormNote("prompt", text, number, "warning")
    if kind == "object" and len(texts) == 1:
        yield FormNote("pictures", ONE_VIEW, number, "warning")
    elif kind == "object" and not _refusal(describe, kind, texts) and (text := about_places(texts)):
        yield FormNote("prompt", text, number, "warning")


def _missing(kind: Kind, texts: Texts, given: Payload, number: int) -> Iterator[FormNote]:
    if not given.get("pictures"):
        yield FormNote("pictures", "There is no image yet: drop one here, or click to choose.", number)
    elif not all(given["prompts"]):
        yield FormNote("prompt", "The prompt is empty: write what the image shows.", number)
        if kind == "object" and not texts:
            yield from _on_set(kind, [("", given.get("trigger_word", ""))], [], number)


def _on_words_apart(sets: Sequence[Texts]) -> Iterator[FormNote]:
    """Two sets with the same trigger word: said at the later one."""
    seen: set[str] = set()
    for number, texts in enumerate(sets):
        word = texts[0][1] if texts else ""
        if word and trigger_key(word) in seen:
            text = f"Two objects have the trigger word {word!r}: give each a word of its own."
            yield FormNote("trigger", text, number)
        seen.add(trigger_key(word))


def _on_settings(request: Payload, kind: Kind) -> Iterator[FormNote]:
    """Each changed setting by itself, so that an error stands at its own field."""
    settings = load_preset(request.get("preset") or DEFAULT_PRESET).settings[kind]
    anchors = len(load_anchors(kind))
    for name, value in (request.get("settings") or {}).items():
        refusal = _refusal(_check_setting, settings, name, value, anchors)
        if refusal:
            yield FormNote(name, refusal)


def _check_setting(settings: Settings, name: str, value: Any, anchors: int) -> None:
    if name == "seed":
        checks.seed("The seed", checks.typed_seed(value))
    else:
        check_settings(settings.updated(nested({name: value})), anchors)


def _on_judged(request: Payload, final: bool) -> Iterator[FormNote]:
    """Each file that is no LoRA, and what is wrong with all of them."""
    paths = judged_of(request)
    if final and request.get("judged") is not None and not paths:
        yield FormNote("judged", "There is no LoRA yet: write the path of its .safetensors file.")
    refusals = [_refusal(read_lora_facts, path) for path in paths]
    for refusal in dict.fromkeys([*refusals, _refusal(check_judged, paths)]):
        if refusal:
            yield FormNote("judged", refusal)


def _on_names(request: Payload) -> Iterator[FormNote]:
    """The name of the project, and those of a person's own models."""
    name = str(request.get("name") or "")
    if name.strip() and (refusal := _refusal(check_name, name)):
        yield FormNote("name", refusal)
    if not request.get("preset"):
        base, clip = (str(request.get(field) or "").strip() for field in ("base_model", "clip_model"))
        if refusal := _refusal(check_base_model, base):
            yield FormNote("base_model", refusal)
        if refusal := _refusal(check_model, clip, "open_clip_config.json", "an open_clip model"):
            yield FormNote("clip_model", refusal)


def _refusal(check: Callable[..., object], *given: object) -> str:
    """The sentence with which a check refuses what was given; "" if it does not."""
    try:
        check(*given)
    except StudioError as error:
        return str(error)
    return ""
