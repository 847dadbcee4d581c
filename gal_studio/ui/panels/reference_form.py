"""The form of a new project: one set of references for each object, or one for a style."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from gal_studio.assets import load_presets
from gal_studio.core.errors import StudioError
from gal_studio.core.references import Described, Prompts, describe
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio import ReferenceDraft
from gal_studio.studio.create.anchors import anchor_prompts
from gal_studio.studio.create.lora_file import LoraFacts, read_lora_facts
from gal_studio.studio.create.project import default_name, judging_name
from gal_studio.studio.create.references import Mask
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.panels.form import Form, FormSet
from gal_studio.ui.panels.form_notes import notes_on_form, words_apart
from gal_studio.ui.panels.form_plan import notes_on_fit, own_shapes, plan_of
from gal_studio.ui.payloads import Fact, Payload
from gal_studio.ui.payloads.forms import Derived, DerivedSet

_SHOWN_ANCHORS = 4
_KNOWN_STYLE = "The bundled model generates these words in its own style: use other words to keep both."


def derived(form: Form, store: Store | None = None) -> Derived:
    """What the studio derives from the kind, the prompts and the trigger words.

    Each set of references gets its `facts` or its `problem`, or neither if it has no prompts; a `problem`
    beside the sets concerns all of them. `notes` are all errors and warnings, by field; `doubt` is the one
    that is to be confirmed. `plan` says what a round needs, and is still being `measuring` for a model of the
    user's own; `start` is what the LoRA to start from says of itself, and `start_text` whether it changes a
    text encoder.
    """
    shown = tuple(
        replace(_derived_set(given), shapes=own)
        for given, own in zip(form.sets, own_shapes(form), strict=True)
    )
    plan, starts = plan_of(store, form), _starts(form)
    answer = Derived(
        notes=(
            *notes_on_form(form),
            *notes_on_fit(form, plan),
        ),
        sets=shown,
        anchors=(),
        name=judging_name([start.name for start in starts]) if form.judged else "",
        taught=next((start.taught for start in starts), None) if form.judged else None,
        plan=plan.sentence if plan else "",
        doubt=plan.doubt if plan else "",
        measuring=form.is_measuring,
        start="\n".join(start.sentence for start in starts),
        start_text=any(start.text_layers for start in starts),
    )
    written = [given for given in form.sets if given.prompts]
    if any(one.problem for one in shown) or not (written or form.described):
        return answer
    try:
        _check_apart(written)
        if form.described:
            word = form.taught.word(form.sets[0].word)
            return _described(answer, describe(form.kind, [(form.described, word)]).prompts)
        return _described(answer, _prompts(form.kind, written))
    except StudioError as error:
        return replace(answer, problem=str(error))


def _prompts(kind: Kind, sets: Sequence[FormSet]) -> Prompts:
    """What the prompts of all sets say together."""
    alone = sets[0].described
    if len(sets) == 1 and isinstance(alone, Described):
        return alone.prompts
    return describe(kind, [text for given in sets for text in given.texts]).prompts


def _described(answer: Derived, prompts: Prompts) -> Derived:
    """The answer with what all prompts say together: the facts of each object, test prompts and a name."""
    facts = iter(_facts(prompts))  # a style has the facts of its first set
    return replace(
        answer,
        sets=tuple(replace(one, facts=next(facts, ())) if one.facts else one for one in answer.sets),
        name=answer.name or default_name(prompts),
        anchors=anchor_prompts(prompts, None)[:_SHOWN_ANCHORS],
    )


def _starts(form: Form) -> list[LoraFacts]:
    """What the LoRA to start from, or those to judge, say of themselves."""
    found = []
    for path in form.judged or filter(None, [form.start_from]):
        with suppress(StudioError):  # a note at its field says so
            found.append(read_lora_facts(path))
    return found


def drafts(form: Form) -> list[ReferenceDraft]:
    """The uploaded pictures of all sets with their prompts, trigger words and masks."""
    sets = form.sets if form.taught.has_trigger_word else form.sets[:1]
    for number, given in enumerate(sets, start=1):
        if not given.references and len(sets) > 1:
            raise StudioError(f"Object {number} has no image: add one, or remove it.")
    _check_apart(sets)
    return [
        ReferenceDraft(
            uploads().path(one["path"]),
            one["prompt"],
            given.word,
            given_mask(one),
            one.get("crop"),
        )
        for given in sets
        for one in given.references
    ]


def given_mask(one: Payload) -> Mask | None:
    """The painted or uploaded mask of a picture in the form; None if there is neither."""
    if one.get("painted"):
        return pixels_of(one["painted"])
    return uploads().path(one["mask"]) if one.get("mask") else None


def _check_apart(sets: Sequence[FormSet]) -> None:
    """Refuse two sets with the same trigger word."""
    for note in words_apart(sets):
        raise StudioError(note.text)


def _derived_set(given: FormSet) -> DerivedSet:
    if not given.prompts:
        return DerivedSet()
    if isinstance(given.described, str):
        return DerivedSet(problem=given.described)
    return DerivedSet(_facts(given.described.prompts)[0])


def _facts(prompts: Prompts) -> list[tuple[Fact, ...]]:
    """Labels and values of what was derived for each subject."""
    if not prompts.trigger_words:
        known = [style for one in load_presets() for style in one.settings[prompts.kind].tune.prior_styles]
        note = [("Already known", _KNOWN_STYLE)] if prompts.taught.is_known(prompts, known) else []
        return [(("Trigger words", prompts.name), *note)]
    return [
        (
            ("Trigger word", subject.trigger_word),
            ("Object", subject.name),
            ("Prompt without it", subject.plain_prompt),
            ("Class prompt", subject.class_prompt),
        )
        for subject in prompts.subjects
    ]
