"""The form of a new project: one set of references for each object, or one for a style."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from gal_studio.assets import load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.prior import is_known
from gal_studio.core.prompts import find_trigger_word, trigger_key
from gal_studio.core.references import Prompts, describe
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio import ReferenceDraft
from gal_studio.studio.create.anchors import anchor_prompts
from gal_studio.studio.create.lora_file import LoraFacts, read_lora_facts
from gal_studio.studio.create.project import default_name
from gal_studio.studio.create.references import Mask
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.panels.form_notes import judged_of, notes_on_form, start_of
from gal_studio.ui.panels.form_plan import (
    is_measuring,
    notes_on_crop,
    notes_on_plan,
    notes_on_target,
    own_shapes,
    plan_of,
)
from gal_studio.ui.payloads import Fact, Payload
from gal_studio.ui.payloads.forms import Derived, DerivedSet

_SHOWN_ANCHORS = 4
_KNOWN_STYLE = "The bundled model generates these words in a style of its own: use other words to keep both."


def derived(form: Payload, store: Store | None = None) -> Derived:
    """What the studio derives from the kind, the prompts and the trigger words.

    Each set of references gets its `facts` or its `problem`, or neither if it has no prompts; a `problem`
    beside the sets concerns all of them. `notes` are all errors and warnings, by field; `doubt` is the one
    that is to be confirmed. `plan` says what a round needs, and is still being `measuring` for a model of the
    user's own; `start` is what the LoRA to start from says of itself, and `start_text` whether it changes a
    text encoder.
    """
    kind: Kind = form["kind"]
    prompts = [[prompt for prompt in set_["prompts"] if prompt] for set_ in form["sets"]]
    words = [_word(kind, own, set_) for own, set_ in zip(prompts, form["sets"], strict=True)]
    sets = [[(prompt, word) for prompt in own] for own, word in zip(prompts, words, strict=True)]
    shown = tuple(
        replace(_checked(kind, texts), shapes=own) for texts, own in zip(sets, own_shapes(form), strict=True)
    )
    plan, starts = plan_of(store, form), _starts(form)
    answer = Derived(
        notes=(
            *notes_on_form(form, sets),
            *notes_on_target(form),
            *notes_on_crop(form),
            *notes_on_plan(plan),
        ),
        sets=shown,
        anchors=(),
        name="",
        plan=plan.sentence if plan else "",
        doubt=plan.doubt if plan else "",
        measuring=is_measuring(form),
        start=" ".join(start.sentence for start in starts),
        start_text=any(start.text_layers for start in starts),
    )
    if any(one.problem for one in shown) or not any(sets):
        return answer
    try:
        _check_apart([word for own, word in zip(prompts, words, strict=True) if own])
        return _described(answer, describe(kind, [text for texts in sets for text in texts]).prompts)
    except StudioError as error:
        return replace(answer, problem=str(error))


def _described(answer: Derived, prompts: Prompts) -> Derived:
    """The answer with what all prompts say together: the facts of each object, test prompts and a name."""
    facts = iter(_facts(prompts))  # a style has the facts of its first set
    return replace(
        answer,
        sets=tuple(replace(one, facts=next(facts, ())) if one.facts else one for one in answer.sets),
        name=default_name(prompts),
        anchors=anchor_prompts(prompts, None)[:_SHOWN_ANCHORS],
    )


def _starts(request: Payload) -> list[LoraFacts]:
    """What the LoRA to start from, or those to judge, say of themselves."""
    found, given = [], start_of(request)
    for path in judged_of(request) or ([given] if given else []):
        with suppress(StudioError):  # a note at its field says so
            found.append(read_lora_facts(path))
    return found


def drafts(request: Payload) -> list[ReferenceDraft]:
    """The uploaded pictures of all sets with their prompts, trigger words and masks."""
    kind: Kind = request["kind"]
    sets = request["sets"][:1] if kind == "style" else request["sets"]
    for number, set_ in enumerate(sets, start=1):
        if not set_["references"] and len(sets) > 1:
            raise StudioError(f"Object {number} has no image: add one, or remove it.")
    words = [_word(kind, [one["prompt"] for one in set_["references"]], set_) for set_ in sets]
    _check_apart(words)
    return [
        ReferenceDraft(
            uploads().path(one["path"]),
            one["prompt"],
            word,
            given_mask(one),
            one.get("crop"),
        )
        for set_, word in zip(sets, words, strict=True)
        for one in set_["references"]
    ]


def uploaded(request: Payload) -> list[str]:
    """The IDs of all uploaded pictures and masks of the form."""
    given = [one for set_ in request["sets"] for one in set_["references"]]
    return [one[name] for one in given for name in ("path", "mask") if one.get(name)]


def given_mask(one: Payload) -> Mask | None:
    """The painted or uploaded mask of a picture in the form; None if there is neither."""
    if one.get("painted"):
        return pixels_of(one["painted"])
    return uploads().path(one["mask"]) if one.get("mask") else None


def _word(kind: Kind, prompts: Sequence[str], set_: Payload) -> str:
    """The trigger word of a set: as typed, or the word in angle brackets that all its prompts contain.

    If they share none, it is that of the first prompt, so that those without it can be named.
    """
    typed: str = set_.get("trigger_word", "")
    if kind == "style":
        return ""
    return typed.strip() or find_trigger_word(prompts) or find_trigger_word(prompts[:1])


def _check_apart(words: Sequence[str]) -> None:
    """Refuse two sets with the same trigger word."""
    seen: set[str] = set()
    for word in filter(None, words):
        if trigger_key(word) in seen:
            raise StudioError(f"Two objects have the trigger word {word!r}: give each a word of its own.")
        seen.add(trigger_key(word))


def _checked(kind: Kind, texts: Sequence[tuple[str, str]]) -> DerivedSet:
    if not texts:
        return DerivedSet()
    try:
        return DerivedSet(_facts(describe(kind, texts).prompts)[0])
    except StudioError as error:
        return DerivedSet(problem=str(error))


def _facts(prompts: Prompts) -> list[tuple[Fact, ...]]:
    """Labels and values of what was derived for each subject."""
    if prompts.kind == "style":
        known = [style for preset in load_presets() for style in preset.settings["style"].tune.prior_styles]
        note = [("Known already", _KNOWN_STYLE)] if is_known(prompts.name, known) else []
        return [(("Trigger words", prompts.name), *note)]
    return [
        (
            ("Trigger word", subject.trigger_word),
            ("Object", subject.name),
            ("Plain prompt", subject.plain_prompt),
            ("Kind of object", subject.class_prompt),
        )
        for subject in prompts.subjects
    ]
