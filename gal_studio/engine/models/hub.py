"""Models from the hub: safetensors only, and always the commit of their first use."""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError

Revisions = MutableMapping[str, str]
"""The commit of each hub model that was used, by its name; each that is used is set again."""


def is_directory(name: str) -> bool:
    """Whether a model's name means a directory, there or not, and no hub id."""
    return name.startswith(("/", ".", "~")) or Path(name).is_dir()


def pipeline_index(name: str, revisions: Revisions) -> Path:
    """The table of contents of a diffusers pipeline on the hub; nothing else is downloaded yet."""
    from huggingface_hub import hf_hub_download

    return _fetch(name, revisions, lambda commit: hf_hub_download(name, "model_index.json", revision=commit))


def pipeline_folder(name: str, revisions: Revisions, **options: Any) -> Path:
    """The directory of a diffusers pipeline of the hub, with the parts that its class needs."""
    from diffusers import DiffusionPipeline

    def download(commit: str | None) -> str:
        return str(DiffusionPipeline.download(name, revision=commit, use_safetensors=True, **options))

    return _fetch(name, revisions, download)


def transformers_folder(name: str, revisions: Revisions) -> Path:
    """The directory of a transformers model of the hub."""
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.safetensors"]
    return _fetch(
        name, revisions, lambda commit: snapshot_download(name, revision=commit, allow_patterns=wanted)
    )


def clip_weights(clip_model: str, published_in: str, revisions: Revisions) -> Path:
    """The weights of an open_clip tag; `published_in`: its `owner/name/` or `owner/name/file` on the hub."""
    from huggingface_hub import hf_hub_download

    repository, _, file = published_in.rpartition("/")
    if not repository:
        raise StudioError(
            f"The weights of the CLIP {clip_model} are not on the hub: choose another tag, or local-dir:PATH."
        )
    file = f"{Path(file or 'open_clip_model').with_suffix('')}.safetensors"
    return _fetch(repository, revisions, lambda commit: hf_hub_download(repository, file, revision=commit))


def _fetch(name: str, revisions: Revisions, fetch: Callable[[str | None], str]) -> Path:
    known = revisions.get(name)
    try:
        path = Path(fetch(known))
    except Exception as error:  # the libraries raise many kinds; all mean that it could not be had
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        at = f" at the commit {known[:12]}, with which this project began," if known else ""
        raise StudioError(
            f"The model {name}{at} is neither a directory here nor a model with safetensors weights that the "
            f"hub gives now ({reason[:160]}): check the name, the network and your access to it."
        ) from error
    above = path.parts[::-1]
    revisions[name] = above[above.index("snapshots") - 1]
    return path
