"""The bundled files: the embedded model, presets, anchors and the references of the demos."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from gal_studio.causes import unread
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.models.fast import recommended
from gal_studio.core.prompts import style_descriptor
from gal_studio.core.settings import ReferenceSettings, Settings, TuneSettings
from gal_studio.core.taught import NAMES
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import listed

_PREFIX = "assets:"
_LOCAL = "local-dir:"
_POCKET = "assets:pocket/pipeline"
POCKET_ADAPTER = "assets:pocket/adapter with assets:pocket/vision"
"""The image adapter that comes with the bundled model, and the vision model that it reads."""
_FORMER_PRESETS = {"published": "sd14-paper"}
_FORMER = "-former"


@dataclass(frozen=True)
class TrainingOrigin:
    """Where the numbers of a preset's training come from.

    `sources` names the source of settings of `tune`, and `others` says whose the others are. The `note` says
    where sources differ. `former` are the values that earlier versions had in place of today's.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    others: str = "GAL Studio’s own"
    note: str = ""
    former: Mapping[Kind, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {option.name for option in fields(TuneSettings)}
        named = {name for values in (self.sources, *self.former.values()) for name in values}
        if unknown := named - known:
            raise StudioError(f"No training setting is called {min(unknown)!r}: check the presets.")

    @property
    def source_words(self) -> str:
        """Where what is not our own comes from: "learning rate and rank from A; target from B"."""
        labels = {option.name: option.metadata["label"].lower() for option in fields(TuneSettings)}
        by_source: dict[str, list[str]] = {}
        for name, source in self.sources.items():
            by_source.setdefault(source, []).append(labels[name])
        return "; ".join(f"{listed(names)} from {source}" for source, names in by_source.items())

    @property
    def words(self) -> str:
        """Whose the numbers are, and where the sources differ, in sentences."""
        sources = self.source_words
        told = f"{sources}; all others {self.others}" if sources else f"all {self.others}"
        return f"Training settings: {told}. {self.note}".rstrip()


@dataclass(frozen=True)
class Preset:
    """A base model with its CLIP model, and the settings that suit it for each kind of subject.

    `known_styles`, `known_things` and `known_places` are the words that the base model was trained with, as
    far as that is known: none for a model that knows nearly everything. One of `only_squares` saw no other
    shapes. `fast` names the sibling or the speed LoRA that new projects generate with.
    """

    name: str
    title: str
    base_model: str
    clip_model: str
    note: str
    settings: Mapping[Kind, Settings]
    vision_model: str = "clip"
    known_styles: Sequence[str] = ()
    known_things: Sequence[str] = ()
    known_places: Sequence[str] = ()
    only_squares: bool = False
    shape: str = ""  # of its base model, in `shapes.json`
    origin: TrainingOrigin = TrainingOrigin()
    fast: str = ""

    @property
    def as_before(self) -> "Preset":
        """The preset as earlier versions had it; itself where nothing has changed."""
        if not self.origin.former:
            return self
        former = self.origin.former
        settings = {
            kind: one.updated({"tune": _of_kind(former, kind)}) for kind, one in self.settings.items()
        }
        origin = TrainingOrigin(note="As in earlier versions.")
        return replace(self, name=f"{self.name}{_FORMER}", settings=settings, origin=origin, fast="")

    @property
    def fast_setting(self) -> tuple[str, str]:
        """The setting of `generation` that `fast` is a value of, and the value."""
        return "speed_lora" if recommended(self.fast, "").is_lora else "fast_model", self.fast


@dataclass(frozen=True)
class DemoProject:
    """Bundled references, drawn by our own code; `prompts` has one prompt for each of `images`."""

    name: str
    kind: Kind
    prompts: tuple[str, ...]
    images: tuple[Path, ...]
    trigger_word: str


@cache
def bundled_version() -> str:
    """The bundled model with its version, as captions and cards name it: `pocket 8`."""
    made = json.loads((assets_folder() / "pocket" / "version.json").read_text(encoding="utf-8"))
    return f"{made['name']} {made['version']}"


def assets_folder() -> Path:
    """`assets/` of an installed package or of a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_assets", here.parent / "assets"):
        if (folder / "anchors.json").is_file():
            return folder
    raise StudioError("The files that come with GAL Studio are missing: install it again.")


def resolve_model(name: str) -> str:
    """Resolve the `assets:` prefix of a model name to a path; other names are unchanged."""
    local, rest = (_LOCAL, name.removeprefix(_LOCAL)) if name.startswith(_LOCAL) else ("", name)
    if not rest.startswith(_PREFIX):
        return name
    folder = assets_folder().resolve()
    path = (folder / rest.removeprefix(_PREFIX)).resolve()
    if not path.is_relative_to(folder) or not path.is_dir():
        raise StudioError(f"The bundled model {name!r} is missing: install GAL Studio again.")
    return f"{local}{path}"


def resolve_adapter(name: str) -> str:
    """Resolve the `assets:` prefixes of an image adapter's name, `ADAPTER` or `ADAPTER with ENCODER`."""
    return " with ".join(resolve_model(part.strip()) for part in name.split(" with "))


def drawn_with(settings: ReferenceSettings, base_model: str) -> str:
    """The image adapter of the settings, else the one that comes with the model; empty without both."""
    return settings.adapter.strip() or (POCKET_ADAPTER if base_model == _POCKET else "")


@cache
def load_presets() -> tuple[Preset, ...]:
    """The presets in the order in which the page shows them; the first is the default."""
    presets = _read_json("presets.json")["presets"]
    return tuple(map(_preset, presets))


def _preset(row: Mapping[str, Any]) -> Preset:
    origin = TrainingOrigin(**row.get("origin", {}))
    return Preset(**{**row, "settings": _settings(row["settings"]), "origin": origin})


def _settings(by_kind: Mapping[Kind, Any]) -> dict[Kind, Settings]:
    return {kind: Settings.from_dict(_of_kind(by_kind, kind)) for kind in NAMES}


def _of_kind(by_kind: Mapping[Kind, Any], kind: Kind) -> Any:
    """What `assets/` has of a kind, or of the one that it is like."""
    return by_kind[find_taught(kind).like or kind]


@cache
def load_preset(name: str) -> Preset:
    """The preset of that name; one that ends with "-former" has the values of earlier versions."""
    presets = {preset.name: preset for preset in load_presets()}
    known = presets | {former.name: former for former in (one.as_before for one in presets.values())}
    name = _FORMER_PRESETS.get(name, name)
    if name not in known:
        raise StudioError(f"There is no preset {name!r}: choose one of {', '.join(presets)}.")
    return known[name]


def load_shape(name: str) -> ModelShape:
    """The size of a preset's base model, by its name in `shapes.json`; `python -m tools.shapes` writes it."""
    return ModelShape.from_dict(_read_json("shapes.json")[name])


def load_anchors(kind: Kind) -> tuple[str, ...]:
    """The 18 templates of a kind, with `{}` for the subject."""
    return tuple(_of_kind(_read_json("anchors.json"), kind))


def load_held_out(kind: Kind) -> tuple[str, ...]:
    """The templates of held-out prompts of a kind, none of which is a default test prompt."""
    return tuple(_of_kind(_read_json("held_out.json"), kind))


def demo(kind: Kind) -> DemoProject:
    """Read `demo/KIND/demo.json`, which has a name, a trigger word and references (prompt, image)."""
    folder = assets_folder() / "demo" / (find_taught(kind).like or kind)
    table = _read_json(f"demo/{folder.name}/demo.json")
    images = tuple(folder / reference["image"] for reference in table["references"])
    for image in images:
        if not image.is_file():
            raise StudioError(f"The demo's image {image.name!r} is missing: install GAL Studio again.")
    prompts = tuple(reference["prompt"] for reference in table["references"])
    trigger_word = table.get("trigger_word") or style_descriptor(prompts[0])
    return DemoProject(table["name"], kind, prompts, images, trigger_word)


def finished_archive() -> Path:
    """The archive of the finished project, made by `python -m tools.finished`."""
    return _of_finished("project.zip")


def finished_cover() -> Path:
    """Images that were accepted in the finished project, beside each other."""
    return _of_finished("cover.jpg")


def _of_finished(name: str) -> Path:
    path = assets_folder() / "finished" / name
    if not path.is_file():
        raise StudioError("The finished project is missing: install GAL Studio again.")
    return path


def _read_json(name: str) -> Any:
    return _parsed(assets_folder() / name)


@cache
def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        step = "install GAL Studio again"
        raise StudioError(unread(path, problem, step, repr(path.name), "bundled file")) from problem
