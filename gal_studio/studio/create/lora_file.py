"""LoRAs from elsewhere that a new project may start from: what their files say, read without any weights."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

from gal_studio.causes import cut_off, missing, unread
from gal_studio.core.errors import StudioError, printable
from gal_studio.core.models.lora_kinds import (
    base_by_layers,
    is_another_base,
    refuse_what_is_no_lora,
    stated_base,
)
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.lora_tensors import (
    Role,
    is_of_text,
    kind_in_words,
    layers_of,
    refuse_several_adapters,
    split,
)
from gal_studio.core.models.names import BUNDLED, refuse_pickle
from gal_studio.core.models.weights_header import metadata_object
from gal_studio.core.snapshot import Start
from gal_studio.core.taught.registry import TAUGHT
from gal_studio.core.types import Kind
from gal_studio.core.words import counted
from gal_studio.state import Store
from gal_studio.state.files.answering import check_answers
from gal_studio.state.files.paths import user_path
from gal_studio.state.files.unfinished import ENDING, beginning
from gal_studio.workspace.archive.safetensors_header import check_lengths, read_header

Convert = Callable[[LoraStart, Path], object]
"""Writes a LoRA as an adapter of the studio, and refuses one that does not fit."""

LARGEST_HEADER = 32 << 20  # bytes; a header may hold a thumbnail and thousands of tags
LONGEST = 80  # characters of a name that a file gives
MOST_TRIGGER_WORDS = 12  # more are an explanation
_NO_TRIGGER = frozenset(
    {"", "none", "no", "n/a", "na", "null", "nil", "undefined", "unknown", "no trigger", "no trigger word",
     "no trigger words", "not needed", "no trigger needed", "trigger", "{}", "[]"}
)  # fmt: skip
_MARKUP = re.compile(r"</?(?:p|br|b|i|em|strong|div|span|code|ul|li|a\b[^<>]*)\s*/?>", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:trigger|activation)(?: (?:word|phrase|token)s?)?[\s*_]*[:=]\s*", re.IGNORECASE)
_DOWN: tuple[Role, ...] = ("down", "hada_w1_b")
"""The tensors whose first side is the rank, and whose second is the width of what a layer reads."""


@dataclass(frozen=True)
class LoraFacts:
    """What a LoRA's file says of itself: base in words, kind, largest rank, number of layers, trigger words.

    `text_layers` of the layers are those of a text encoder.

    The rank is 0 where a kind has none. Base and trigger are "" where it does not say; `tag` is the one that
    its captions had most often. `made_for` is the base model of a file of the studio, and `taught` what that
    was trained on; None if it is not known.
    """

    name: str
    base: str
    kind: str
    rank: int
    layers: int
    trigger: str
    tag: str
    text_layers: int = 0
    made_for: str = ""
    taught: Kind | None = None

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        base = f"for {self.base}" if self.base else "that does not say its base model"
        often = f"its most frequent tag is “{self.tag}”" if self.tag else "it states no trigger words"
        trigger = f"its trigger words are “{self.trigger}”" if self.trigger else often
        rank = f"of rank {self.rank} in" if self.rank else "of"
        text = f" ({self.text_layers} of them of the text encoder)" if self.text_layers else ""
        layers = counted(self.layers, "layer")
        return f"{self.name}: a {self.kind} {base}, {rank} {layers}{text}; {trigger}."


def checked_lora(given: str | Path) -> Path:
    """The absolute path of a LoRA's file; refused if it is a pickle, missing, or of another format."""
    given = _as_pasted(str(given))
    path = user_path(given).absolute()
    refuse_pickle(given)
    check_answers(path)
    if not os.path.isfile(path):
        raise StudioError(missing(path, step="check the path of the LoRA", shown=given))
    if path.suffix.lower() != ".safetensors":
        raise StudioError(
            f"The file {path.name} is not a LoRA that the studio can read: choose a .safetensors file."
        )
    return path


def _as_pasted(text: str) -> str:
    """A path as file managers copy it: with quotes around it, or as an address of a file."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return url2pathname(text.removeprefix("file://")) if text.startswith("file:///") else text


def read_lora_facts(given: str | Path) -> LoraFacts:
    """What the file says; refused if it holds no LoRA."""
    path = checked_lora(given)
    try:
        header, _ = read_header(path, LARGEST_HEADER)
        check_lengths(header)
        metadata = header.metadata
        roles = {name: found[1] for name in header.tensors if (found := split(name)) is not None}
        downs = {name: header.tensors[name].shape for name, role in roles.items() if role in _DOWN}
    except (OSError, ValueError) as error:
        raise StudioError(unread(path, error, "copy or download it again", path.name)) from error
    if cut := cut_off(path):
        raise StudioError(f"The file {path.name} {cut[0]}, so its weights are incomplete: {cut[1]}.")
    refuse_what_is_no_lora(path.name, header.tensors)
    if not all(shape and all(shape) for shape in downs.values()):
        raise StudioError(f"The file {path.name} is damaged: copy or download it again.")
    refuse_several_adapters(path.name, header.tensors)
    layers = layers_of(header.tensors)
    return LoraFacts(
        name=path.name,
        base=_base(metadata, downs),
        kind=kind_in_words(roles.values()),
        rank=max((shape[0] for shape in downs.values()), default=0),
        layers=len(layers),
        trigger=_trigger(metadata),
        tag=_tag(metadata),
        text_layers=sum(map(is_of_text, layers)),
        made_for=str(_json(metadata, "gal_studio").get("base_model", "")),
        taught=_kind(_json(metadata, "gal_studio").get("kind")),
    )


def check_unstarted(store: Store, project_id: str) -> None:
    """Refuse another start of a project that has a trained round, or that trains the whole model."""
    project = store.projects.get(project_id)
    if any(round_.adapter is not None for round_ in store.rounds.of_project(project_id)):
        raise StudioError(
            f"{project.name} already has a trained round: start a new project, and give it the LoRA before "
            "its first training."
        )
    if project.settings.tune.method != "lora":
        raise StudioError(
            f"{project.name} trains a LoKr or the whole model: choose the method LoRA to start from one."
        )


def prepare_start(store: Store, asked: LoraStart, convert: Convert) -> Start:
    """Convert a LoRA and store the result; what remains is to say which project starts from it."""
    return prepare_starts(store, [asked], convert)[0]


def prepare_starts(store: Store, asked: Sequence[LoraStart], convert: Convert) -> list[Start]:
    """Convert and store several LoRAs; if one of them is refused, none is stored."""
    if not asked:
        return []
    for one in asked:
        read_lora_facts(one.path)  # refused here if no other reader should see it
    with tempfile.TemporaryDirectory(ENDING, beginning(store.workspace), store.workspace) as folder:
        written = [Path(folder) / f"{number}.safetensors" for number in range(len(asked))]
        for one, path in zip(asked, written, strict=True):
            convert(one, path)
        return [
            Start(Path(one.path).name, store.adapters.add_file(path))
            for one, path in zip(asked, written, strict=True)
        ]


def rank_of(adapter: Path) -> int:
    """The rank of an adapter of the studio."""
    header, _ = read_header(adapter, LARGEST_HEADER)
    return max(one.shape[0] for name, one in header.tensors.items() if ".lora_A." in name)


def _stated_base(metadata: Mapping[str, str]) -> str:
    """The base model by the metadata of modelspec, of kohya's scripts, or of the studio.

    A bundled model has the architecture of another one in them, and its own name in the studio's.
    """
    own = str(_json(metadata, "gal_studio").get("base_model", ""))
    if own.endswith(BUNDLED):
        return _short(own)
    if known := stated_base(metadata):
        return known
    stated = [metadata.get(key, "") for key in ("modelspec.architecture", "ss_base_model_version")]
    return next((_short(text) for text in (own, *stated) if text), "")


def _base(metadata: Mapping[str, str], downs: Mapping[str, tuple[int, ...]]) -> str:
    """The base model that a file states, unless its layers are those of another: trainers write defaults."""
    stated, found = _stated_base(metadata), _base_by_layers(downs)
    return found if not stated or is_another_base(stated, found) else stated


def _base_by_layers(downs: Mapping[str, tuple[int, ...]]) -> str:
    found = ((split(name), shape) for name, shape in downs.items())
    return base_by_layers({layer[0]: shape for layer, shape in found if layer is not None})


def _trigger(metadata: Mapping[str, str]) -> str:
    """The trigger words that a file states, as they are typed; "" for what only stands in their place."""
    own = _json(metadata, "gal_studio").get("trigger_word", "")
    text = _MARKUP.sub(" ", metadata.get("modelspec.trigger_phrase", "") or str(own))
    line = next(filter(None, (_LABEL.sub("", one).strip(" \"'`*") for one in text.splitlines())), "")
    words = line.strip(" ,;")
    is_none = words.strip(" .-_?").casefold() in _NO_TRIGGER
    return "" if is_none or len(words.split()) > MOST_TRIGGER_WORDS else _short(words)


def _kind(stated: object) -> Kind | None:
    """What a LoRA of the studio was trained on; None if its file does not say."""
    return stated if isinstance(stated, str) and stated in TAUGHT.names() else None


def _tag(metadata: Mapping[str, str]) -> str:
    """The tag that kohya's scripts counted most often; "" if several share the first place."""
    counted = list(_counts(_json(metadata, "ss_tag_frequency")))
    most = max((count for _, count in counted), default=0)
    always = [tag for tag, count in counted if count == most]
    return _short(always[0]) if len(always) == 1 else ""


def _counts(folders: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for tags in folders.values():
        if isinstance(tags, dict):
            yield from ((str(tag).strip(), count) for tag, count in tags.items() if isinstance(count, int))


def _json(metadata: Mapping[str, str], name: str) -> Mapping[str, Any]:
    try:
        return metadata_object(metadata, name)
    except ValueError:
        return {}


def _short(text: object) -> str:
    words = printable(" ".join(str(text).split()))
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
