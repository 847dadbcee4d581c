"""Where the files of an open_clip model come from: a name and tag, a repository of the hub, or a folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.models import (
    clip_need,
    clip_weights,
    open_clip_folder,
    open_clip_need,
    tokenizer_folder,
    tokenizer_need,
)
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.json_files import check_plain_folder, read_json

LOCAL, HUB = "local-dir:", "hf-hub:"
CONFIGURATION = "open_clip_config.json"
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_USE = (
    "use NAME/TAG that open_clip knows, such as ViT-B-32/openai or ViT-B-16-SigLIP2/webli, "
    f"{HUB}OWNER/NAME, or {LOCAL}PATH with an open_clip directory."
)


@dataclass(frozen=True)
class OpenClipSource:
    """What open_clip calls a model, the options that it is opened with, and what makes its tokenizer."""

    name: str
    tokenizer: Callable[[], Any]
    options: Mapping[str, Any] = field(default_factory=dict)


def open_error(clip_model: str, reason: str) -> StudioError:
    """The error for a model that open_clip cannot open."""
    return StudioError(f"The CLIP {clip_model} cannot be opened ({reason}): {_USE}")


def find_source(clip_model: str, revisions: Revisions) -> OpenClipSource:
    """Find the files of a model, downloading what is on the hub; safetensors only."""
    import open_clip

    folder = _folder(clip_model, revisions)
    if folder is not None:
        local = f"{LOCAL}{folder}"
        return OpenClipSource(local, lambda: open_clip.get_tokenizer(local))
    name, tag = _name_and_tag(clip_model)
    known = open_clip.get_pretrained_cfg(name, tag)
    if not known:
        raise open_error(clip_model, "open_clip does not know this name and tag")
    options = {
        "pretrained": str(clip_weights(clip_model, known.get("hf_hub", ""), revisions)),
        # some weights were trained with another activation than the architecture's default
        "force_quick_gelu": bool(known.get("quick_gelu", False)),
        "image_mean": known.get("mean"),
        "image_std": known.get("std"),
        "image_interpolation": known.get("interpolation"),
        "image_resize_mode": known.get("resize_mode"),
    }
    return OpenClipSource(name, lambda: _tokenizer(name, revisions), options)


def embedder_needs(clip_model: str, revisions: Mapping[str, str]) -> tuple[MissingFiles, ...]:
    """What a CLIP needs from the hub: its weights, and a tokenizer of its own. A directory is checked."""
    if clip_model.startswith(HUB):
        return (open_clip_need(clip_model.removeprefix(HUB), revisions),)
    if _folder(clip_model, dict(revisions)) is not None:
        return ()
    import open_clip  # it takes seconds, and a directory is checked without it

    name, tag = _name_and_tag(clip_model)
    known = open_clip.get_pretrained_cfg(name, tag)
    if not known:
        raise open_error(clip_model, "open_clip does not know this name and tag")
    weights, _ = clip_need(clip_model, known.get("hf_hub", ""), revisions)
    text = (open_clip.get_model_config(name) or {}).get("text_cfg", {})
    tokenizer = text.get("hf_tokenizer_name")
    return (weights, tokenizer_need(tokenizer, revisions)) if tokenizer else (weights,)


def _folder(clip_model: str, revisions: Revisions) -> Path | None:
    """The open_clip directory that a name means; None for a name and tag."""
    if clip_model.startswith(HUB):
        folder = open_clip_folder(clip_model.removeprefix(HUB), revisions)
        if not (folder / CONFIGURATION).is_file() or not list(folder.glob("open_clip*.safetensors")):
            raise open_error(
                clip_model, f"the repository has no {CONFIGURATION} or no open_clip weights in safetensors"
            )
        return folder
    path = Path(clip_model.removeprefix(LOCAL)).expanduser()
    if not clip_model.startswith((LOCAL, ".", "~")) and not path.is_absolute():
        return None
    _check_directory(path)
    return path


def _tokenizer(name: str, revisions: Revisions) -> Any:
    """The tokenizer of a known architecture; one that is on the hub is pinned as weights are."""
    import open_clip

    text = (open_clip.get_model_config(name) or {}).get("text_cfg", {})
    repository = text.get("hf_tokenizer_name")
    if not repository:
        return open_clip.get_tokenizer(name)
    return open_clip.tokenizer.HFTokenizer(
        str(tokenizer_folder(repository, revisions)),
        context_length=text.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH),
        tokenizer_mode=text.get("tokenizer_mode"),
        **text.get("tokenizer_kwargs", {}),
    )


def _name_and_tag(clip_model: str) -> tuple[str, str]:
    name, slash, tag = clip_model.rpartition("/")
    if not slash or not name or not tag:
        raise StudioError(f"The CLIP {clip_model!r} has no tag: write NAME/TAG, such as ViT-B-32/openai.")
    return name, tag


def _check_directory(folder: Path) -> None:
    """Refuse a directory of another kind, and one with pickles, which open_clip might take instead."""
    check_plain_folder(folder)
    pickled = sorted(path.name for kind in PICKLED for path in folder.glob(kind))
    safe = bool(list(folder.glob("*.safetensors")))
    if not (folder / CONFIGURATION).is_file() or not (safe or pickled):
        raise StudioError(
            f"{folder} is not an open_clip directory: it needs {CONFIGURATION} and safetensors weights"
            f"{_transformers_hint(folder)}."
        )
    if pickled:
        step = "remove it, the safetensors weights are enough" if safe else "convert it to safetensors"
        raise StudioError(
            f"{folder} contains {pickled[0]}, a file type that can run code when it is loaded: {step}."
        )


def _transformers_hint(folder: Path) -> str:
    """What to do with a model in the format of transformers."""
    try:
        kind = read_json(folder / "config.json").get("model_type")
    except (OSError, ValueError, AttributeError):
        return ""
    if not kind:
        return ""
    return (
        f" (it holds a {kind} model of transformers, which can be a vision model; for SigLIP 2 as the CLIP "
        "use ViT-B-16-SigLIP2/webli)"
    )
