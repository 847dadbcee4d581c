"""Download models from the hub: safetensors only, pinned to the commit of their first use."""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError, first_line

Revisions = MutableMapping[str, str]
"""The commit of each hub model by its name, updated whenever a model is downloaded."""


def is_directory(name: str) -> bool:
    """Whether a model's name is a path (that may not exist) rather than a hub ID."""
    return name.startswith(("/", ".", "~")) or Path(name).is_dir()


def pipeline_configuration(name: str, revisions: Revisions) -> Path:
    """Download only the JSON files of a diffusers pipeline, which say whether it is supported."""
    from huggingface_hub import snapshot_download

    wanted = ["model_index.json", "*/config.json", "*/scheduler_config.json"]
    return _fetch(
        name, revisions, lambda commit: snapshot_download(name, revision=commit, allow_patterns=wanted)
    )


def pipeline_folder(name: str, revisions: Revisions, **options: Any) -> Path:
    """Download a diffusers pipeline, with the components that its class needs."""
    from diffusers import DiffusionPipeline

    def download(commit: str | None) -> str:
        return str(DiffusionPipeline.download(name, revision=commit, use_safetensors=True, **options))

    return _fetch(name, revisions, download)


def transformers_folder(name: str, revisions: Revisions) -> Path:
    """Download a transformers model."""
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.safetensors"]
    return _fetch(
        name, revisions, lambda commit: snapshot_download(name, revision=commit, allow_patterns=wanted)
    )


def clip_weights(clip_model: str, published_in: str, revisions: Revisions) -> Path:
    """Download the weights of an open_clip tag; `published_in` is `owner/name/` or `owner/name/file`."""
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
    except Exception as error:  # the libraries raise many types; all mean that the download failed
        at = f" at commit {known[:12]}, which this project uses," if known else ""
        raise StudioError(
            f"The model {name}{at} is not a local directory, and could not be downloaded with safetensors "
            f"weights from the hub ({first_line(error)}): check the name, the network and your access to it."
        ) from error
    above = path.parts[::-1]
    revisions[name] = above[above.index("snapshots") - 1]
    return path
