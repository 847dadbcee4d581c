"""Errors and warnings of the form of a new project, each with the field that it is about."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gal_studio.assets import load_anchors
from gal_studio.core import checks
from gal_studio.core.entered import about_entered, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import check_name
from gal_studio.core.prompts import check_trigger_word, style_descriptor, trigger_key
from gal_studio.core.references import Described, describe
from gal_studio.core.settings import Settings
from gal_studio.core.settings_group import nested
from gal_studio.studio.create.lora_file import read_lora_facts
from gal_studio.studio.create.project import (
    check_base_model,
    check_judged,
    check_model,
    check_settings,
)
from gal_studio.studio.create.prompt_notes import (
    ONE_VIEW,
    about_described_style,
    about_length,
    about_places,
    about_shared_words,
    about_style,
    about_things,
    known_instead,
)
from gal_studio.ui.panels.form import Form, FormSet
from gal_studio.ui.payloads.forms import FormNote


def notes_on_form(form: Form) -> list[FormNote]:
    """All errors and warnings; what is still missing is an error only if the form is `final`."""
    notes: list[FormNote] = []
    model = "" if refusal(check_base_model, form.base_model) else form.base_model
    for number, given in enumerate(form.sets):
        notes += _on_set(given, number)
        warnings = _warnings(given, number, model, is_judged=form.judged is not None)
        if form.needs_no_pictures:
            notes += (note for note in warnings if note.field != "pictures")
            notes += _on_no_pictures(form)
            continue
        notes += warnings
        if form.final:
            notes += _missing(given, number)
    notes += words_apart(form.sets)
    notes += _on_settings(form)
    notes += _on_judged(form)
    return notes + (list(_on_names(form)) if form.final else [])


def _on_set(given: FormSet, number: int) -> list[FormNote]:
    """The first thing that is wrong with the trigger word or the prompts of a set."""
    is_named = given.taught.has_trigger_word and given.prompts
    if is_named and (why := refusal(check_trigger_word, given.word)):
        return [FormNote("trigger", why, number)]
    if isinstance(given.described, Described):
        return []
    for count, place in enumerate(given.places, start=1):
        if why := refusal(describe, given.kind, given.texts[:count]):
            return [FormNote(place, why, number)]
    return []


def _warnings(given: FormSet, number: int, model: str, is_judged: bool) -> Iterator[FormNote]:
    """What is taken, but should be known: long prompts, odd names of styles, an object's places.

    Where LoRAs are judged, nothing is trained: only how the words are read.
    """
    kind, texts, is_described = given.kind, given.texts, isinstance(given.described, Described)
    told: set[str] = set()
    is_asked = False  # what an object is, is one question
    for at, ((prompt, word), place) in enumerate(zip(texts, given.places, strict=True)):
        has_style = not (given.taught.has_trigger_word or refusal(style_descriptor, entered(prompt)))
        odd = about_style(entered(prompt), "" if is_judged else model) if has_style else ""
        fits = not is_judged and (is_described or not refusal(describe, kind, [(prompt, word)]))
        unknown = about_things(kind, entered(prompt), word, model) if fits and not is_asked else ""
        described = about_described_style(prompt) if has_style and not is_judged else ""
        is_asked = is_asked or bool(unknown and given.taught.has_trigger_word)
        long = "" if is_judged else about_length(entered(prompt), model)
        for text in (long, odd, about_entered(prompt), described, unknown):
            if text and text not in told:
                told.add(text)
                swaps = known_instead(kind, texts, at, model) if text == unknown else None
                yield FormNote(place, text, number, "warning", swaps)
    for word in dict.fromkeys(word for _, word in texts):
        if text := about_entered(word, "trigger word"):
            yield FormNote("trigger", text, number, "warning")
    if is_judged:
        return
    if is_described and (text := about_shared_words(kind, texts)):
        yield FormNote("prompt", text, number, "warning")
    if given.taught.is_subject and len(texts) == 1:
        yield FormNote("pictures", ONE_VIEW, number, "warning")
    elif given.taught.is_subject and is_described and (text := about_places(texts)):
        yield FormNote("prompt", text, number, "warning")


def _missing(given: FormSet, number: int) -> Iterator[FormNote]:
    if not given.pictures:
        yield FormNote("pictures", "There is no image yet: drop one here, or click to choose.", number)
    elif not given.is_whole:
        yield FormNote("prompt", "The prompt is empty: write what the image shows.", number)
        is_unnamed = given.taught.has_trigger_word and not given.prompts
        if is_unnamed and (why := refusal(check_trigger_word, given.typed_word)):
            yield FormNote("trigger", why, number)


def _on_no_pictures(form: Form) -> Iterator[FormNote]:
    """What is not judged without pictures, and what is missing to judge the rest."""
    yield FormNote(
        "pictures",
        f"Without images, copies and {form.kind} match are not judged: only prompt match, bleed and the best "
        "strength.",
        0,
        "warning",
    )
    if form.final and form.judged and not form.described:
        yield FormNote("prompt", form.taught.to_describe, 0)


def words_apart(sets: Sequence[FormSet]) -> Iterator[FormNote]:
    """Two sets with the same trigger word: said at the later one."""
    seen: set[str] = set()
    for number, given in enumerate(sets):
        word = given.word if given.prompts else ""
        if word and trigger_key(word) in seen:
            text = f"Two objects have the trigger word {word!r}: give each its own word."
            yield FormNote("trigger", text, number)
        seen.add(trigger_key(word))


def _on_settings(form: Form) -> Iterator[FormNote]:
    """Each changed setting by itself, so that an error stands at its own field."""
    if why := refusal(_check_seed, form.seed):
        yield FormNote("seed", why)
    settings, anchors = form.preset_settings, len(load_anchors(form.kind))
    for name, value in form.changes.items():
        if why := refusal(_check_setting, settings, name, value, anchors):
            yield FormNote(name, why)


def _check_seed(value: Any) -> None:
    checks.seed("The seed", checks.typed_seed(value))


def _check_setting(settings: Settings, name: str, value: Any, anchors: int) -> None:
    check_settings(settings.updated(nested({name: value})), anchors)


def _on_judged(form: Form) -> Iterator[FormNote]:
    """Each file that is not a LoRA, and what is wrong with all of them."""
    if form.judged is None:
        return
    paths = form.judged
    if form.final and not paths:
        yield FormNote("judged", "There is no LoRA yet: write the path of its .safetensors file.")
    refusals = [refusal(read_lora_facts, path) for path in paths]
    for why in dict.fromkeys([*refusals, refusal(check_judged, paths)]):
        if why:
            yield FormNote("judged", why)


def _on_names(form: Form) -> Iterator[FormNote]:
    """The name of the project, and those of a person's own models."""
    if form.name.strip() and (why := refusal(check_name, form.name)):
        yield FormNote("name", why)
    if form.preset is None:
        if why := refusal(check_base_model, form.base_model):
            yield FormNote("base_model", why)
        if why := refusal(check_model, form.clip_model, ("open_clip_config.json",), "an open_clip model"):
            yield FormNote("clip_model", why)


def refusal(check: Callable[..., object], *given: object) -> str:
    """The sentence with which a check refuses what was given; "" if it does not."""
    try:
        check(*given)
    except StudioError as error:
        return str(error)
    return ""
