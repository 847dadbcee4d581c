"""Names of base models: a hub ID, a directory, or a one-file checkpoint, with or without its pipeline."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from gal_studio.core.errors import StudioError

INDEXES = ("model_index.json", "modular_model_index.json")
"""The files that list a pipeline's components; the second one is that of a pipeline of blocks."""
MODEL_SETTINGS = (
    ("refine", "vision_model"),
    ("references", "adapter"),
    ("generation", "fast_model"),
    ("generation", "speed_lora"),
)
"""The settings that name models, by group: a hub ID, a path, or two with " with " between them."""
_CHECKPOINT = re.compile(r"^(?P<file>.+\.(?i:safetensors|sft|gguf))(?: with (?P<pipeline>.+))?$")
_BUNDLED = "assets:"
BUNDLED = " (bundled with GAL Studio)"
"""How the public name of a bundled model ends."""
_LOCAL = "local-dir:"
_PICKLE = re.compile(r"\.(ckpt|pt|pth|bin|pkl)$", re.IGNORECASE)


def index_among(files: Container[str]) -> str:
    """The file that lists the components of a pipeline with these files; "" if none does."""
    return next((name for name in INDEXES if name in files), "")


@dataclass(frozen=True)
class CheckpointName:
    """`FILE.safetensors` or `FILE.safetensors with PIPELINE`: the pipeline gives what the file does not hold.

    `pipeline` is a hub ID or a directory; empty if the name does not say it.
    """

    file: str
    pipeline: str = ""

    def __str__(self) -> str:
        return f"{self.file} with {self.pipeline}" if self.pipeline else self.file


def refuse_pickle(name: str) -> None:
    """Refuse the name of a file that can run programs."""
    if _PICKLE.search(name):
        raise StudioError(
            f"The file {name} is a pickle, which can run any program when it is opened: "
            "choose a .safetensors file."
        )


def checkpoint_name(name: str) -> CheckpointName | None:
    """Parse the name of a one-file checkpoint; None for a directory or a hub ID.

    Pickles are refused.
    """
    refuse_pickle(name)
    found = _CHECKPOINT.match(name)
    return CheckpointName(found["file"], found["pipeline"] or "") if found else None


def is_bundled(name: str) -> bool:
    """Whether a base model comes with GAL Studio."""
    return name.startswith(_BUNDLED)


def is_calibrated(clip_model: str, vision_model: str) -> bool:
    """Whether the rules for copies and for what was asked (Eq. G14, G16) were fitted to these models.

    Others use the same constants. An empty vision model, and "clip", is the CLIP model.
    """
    clip = clip_model.removeprefix("local-dir:")  # as open_clip names a folder
    return is_bundled(clip) and (vision_model in ("", "clip") or is_bundled(vision_model))


def public_name(name: str) -> str:
    """A base model's name without the folders of this computer, for files that leave it."""
    if is_bundled(name):
        return f"{name.removeprefix(_BUNDLED).partition('/')[0]}{BUNDLED}"
    one_file = None if _PICKLE.search(name) else checkpoint_name(name)
    if one_file is not None:
        pipeline = f" with {_last_part(one_file.pipeline)}" if one_file.pipeline else ""
        return f"{_last_part(one_file.file)}{pipeline}"
    return _last_part(name)


def public_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A project's settings as plain data, without the folders of this computer."""
    found = dict(settings)
    for group, name in MODEL_SETTINGS:
        parts = found[group][name].split(" with ")
        found[group] = {**found[group], name: " with ".join(map(_public_part, parts))}
    return found


def _public_part(name: str) -> str:
    if name.startswith(_BUNDLED):
        return name
    kind = _LOCAL if name.startswith(_LOCAL) else ""
    return kind + _last_part(name.removeprefix(_LOCAL))


def _last_part(name: str) -> str:
    """The last part of a path; a hub ID, or the name of a bundled model, is whole."""
    is_path = name.startswith(("/", ".", "~")) or "\\" in name or name.count("/") > 1
    return re.split(r"[/\\]", name.rstrip("/\\"))[-1] if is_path else name
