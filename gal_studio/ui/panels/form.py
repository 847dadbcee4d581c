"""What is typed into the form of a new project, parsed once; notes, plan, memory and draft follow from it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from gal_studio.assets import Preset, load_preset
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.models.pasted import pasted
from gal_studio.core.pictures.crop import Size
from gal_studio.core.prompts import fill_trigger, find_trigger_word
from gal_studio.core.references import Described, describe
from gal_studio.core.settings import Settings
from gal_studio.core.settings_group import nested
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Kind
from gal_studio.studio.create.lora_file import read_lora_facts
from gal_studio.studio.create.plan import fitted_to, shape_of, starting_settings
from gal_studio.studio.create.project import DEFAULT_PRESET
from gal_studio.studio.create.shapes import measured_shape
from gal_studio.studio.device import this_device
from gal_studio.ui.api.uploads import as_path
from gal_studio.ui.payloads import Payload


@dataclass(frozen=True)
class FormSet:
    """A set of references.

    `word` is its trigger word, as typed or as its prompts have it; `prompts` are those that are not empty,
    and `places` their fields. `is_whole` says that no prompt is empty. `sizes` has the width and height of
    each picture, None for one that the browser has not shown yet, and `references` the pictures themselves
    when the form is sent. One that `is_empty` has no picture, also none that is on its way.
    """

    kind: Kind
    typed_word: str
    word: str
    prompts: tuple[str, ...]
    places: tuple[str, ...]
    is_whole: bool
    pictures: int
    sizes: tuple[Size | None, ...]
    references: tuple[Payload, ...]
    is_empty: bool

    @classmethod
    def parsed(cls, kind: Kind, given: Payload) -> Self:
        """A set of the form as the page sends it."""
        references = tuple(given.get("references") or ())
        prompts = given["prompts"] if "prompts" in given else [one["prompt"] for one in references]
        places = given.get("places") or ["prompt"] * len(prompts)
        if len(places) != len(prompts):
            raise StudioError("The form names other fields than it has prompts: reload the page.")
        written = [(prompt, place) for prompt, place in zip(prompts, places, strict=True) if prompt]
        typed = given.get("trigger_word", "")
        kept = tuple(fill_trigger(prompt, find_taught(kind).word(typed)) for prompt, _ in written)
        return cls(
            kind=kind,
            typed_word=typed,
            word=_trigger_word(kind, typed, kept),
            prompts=kept,
            places=tuple(place for _, place in written),
            is_whole=len(kept) == len(prompts),
            pictures=given.get("pictures") or 0,
            sizes=tuple(size and (size[0], size[1]) for size in given.get("sizes") or ()),
            references=references,
            is_empty="prompts" in given and not (given.get("pictures") or references),
        )

    @property
    def taught(self) -> Taught:
        """What the project is to learn."""
        return find_taught(self.kind)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(prompt, trigger word) of each picture."""
        return [(prompt, self.word) for prompt in self.prompts]

    @cached_property
    def described(self) -> Described | str:
        """The references of this set alone, or why they are refused."""
        try:
            return describe(self.kind, self.texts)
        except StudioError as error:
            return str(error)


def _trigger_word(kind: Kind, typed: str, prompts: Sequence[str]) -> str:
    """The trigger word as typed, or the word in angle brackets that all prompts contain.

    If they share none, it is that of the first prompt, so that those without it can be named.
    """
    found = typed.strip() or find_trigger_word(prompts) or find_trigger_word(prompts[:1])
    return find_taught(kind).word(found)


@dataclass(frozen=True)
class Form:
    """The form of a new project.

    Without a `preset` the models are the user's own. `changes` are the typed settings by their dotted names,
    the seed apart. `judged` are the paths of LoRAs to judge, None for a project that trains; `start_from` is
    that of a LoRA, "" for the base model. A form is `final` when it is sent, and `sure` in spite of a doubt.
    """

    kind: Kind
    preset: Preset | None
    base_model: str
    clip_model: str
    sets: tuple[FormSet, ...]
    changes: Mapping[str, Any]
    seed: Any
    name: str
    start_from: str
    judged: tuple[str, ...] | None
    without_text_encoder: bool
    final: bool
    sure: bool

    @classmethod
    def parsed(cls, given: Payload) -> Self:
        """The form as the page sends it."""
        kind: Kind = given["kind"]
        preset = load_preset(given["preset"]) if given.get("preset") else None
        changes = dict(given.get("settings") or {})
        judged = given.get("judged")
        return cls(
            kind=kind,
            preset=preset,
            base_model=chosen_base_model(given),
            clip_model=_text(given, "clip_model") if preset is None else preset.clip_model,
            sets=tuple(FormSet.parsed(kind, each) for each in given.get("sets") or ()),
            seed=changes.pop("seed", 0),
            changes=changes,
            name=given.get("name") or "",
            start_from=as_path(_text(given, "start_from")),
            judged=None if judged is None else tuple(as_path(one) for one in map(str.strip, judged) if one),
            without_text_encoder=bool(given.get("without_text_encoder")),
            final=bool(given.get("final")),
            sure=bool(given.get("sure")),
        )

    @property
    def taught(self) -> Taught:
        """What the project is to learn."""
        return find_taught(self.kind)

    @property
    def needs_no_pictures(self) -> bool:
        """Whether LoRAs are judged, and by what no picture shows."""
        return self.judged is not None and len(self.sets) == 1 and self.sets[0].is_empty

    @cached_property
    def described(self) -> str:
        """The prompt that describes what LoRAs to judge were taught where no picture does; "" if unknown."""
        if not (self.needs_no_pictures and self.judged):
            return ""
        (given,), stated = self.sets, ""
        with suppress(StudioError):  # a note at its field says so
            stated = read_lora_facts(self.judged[0]).trigger
        return self.taught.described_by(next(iter(given.prompts), ""), given.word, stated)

    @property
    def models(self) -> dict[str, Any]:
        """The models as a `ProjectDraft` takes them."""
        if self.preset is not None:
            return {"preset": self.preset.name}
        return {"preset": DEFAULT_PRESET, "base_model": self.base_model, "clip_model": self.clip_model}

    @property
    def nested_changes(self) -> dict[str, Any]:
        """The typed settings as tables."""
        return nested(self.changes)

    @property
    def preset_settings(self) -> Settings:
        """The settings of the preset; for a user's own models, of the default one."""
        return (self.preset or load_preset(DEFAULT_PRESET)).settings[self.kind]

    @cached_property
    def shape(self) -> ModelShape | None:
        """The size of the base model; None if it is not known."""
        if self.preset is not None:
            return shape_of(self.preset)
        return self._measured if isinstance(self._measured, ModelShape) else None

    @property
    def is_measuring(self) -> bool:
        """Whether the size of the user's own model is being measured."""
        return self.preset is None and self._measured == "measuring"

    @cached_property
    def _measured(self) -> ModelShape | str:
        return measured_shape(self.base_model)

    @cached_property
    def started_from(self) -> Settings:
        """The settings that the form starts from: the preset's, held so that they fit the device."""
        is_own = self.preset is None
        preset, is_judged = self.preset or load_preset(DEFAULT_PRESET), self.judged is not None
        settings = starting_settings(self.kind, preset, is_own, is_judged)
        return fitted_to(self.shape, settings, this_device())

    @cached_property
    def settings(self) -> Settings | None:
        """The settings with what was typed; None while that is wrong, which a note at its field says."""
        try:
            return self.started_from.adopting(self.nested_changes)
        except StudioError:
            return None


def chosen_base_model(given: Payload) -> str:
    """The base model that the form names; "" if its field is empty."""
    return (
        load_preset(given["preset"]).base_model if given.get("preset") else pasted(_text(given, "base_model"))
    )


def _text(given: Payload, name: str) -> str:
    return (given.get(name) or "").strip()
