"""The folders of hub models, downloaded if needed: safetensors only, at the commit of their first use."""

from collections.abc import Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub import needs
from gal_studio.engine.hub.download import download_all
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.refusals import refusal
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.hub.transfer import fetch


def is_directory(name: str) -> bool:
    """Whether a model's name is a path (that may not exist) rather than a hub ID."""
    return name.startswith(("/", ".", "~")) or Path(name).is_dir()


def pipeline_configuration(name: str, revisions: Revisions) -> Path:
    """Download only the JSON files and tokenizers of a diffusers pipeline, which are small."""
    need = needs.configuration(name, revisions)
    try:
        fetch(need)
    except Exception as error:  # the library raises many types
        raise refusal(name, need.commit, error) from error
    revisions[name] = need.commit
    return need.folder


def transformers_folder(name: str, revisions: Revisions) -> Path:
    """Download a transformers model."""
    return met(needs.transformers_model(name, revisions), revisions)


def open_clip_folder(name: str, revisions: Revisions) -> Path:
    """Download a repository that holds an open_clip model with its configuration and tokenizer."""
    return met(open_clip_need(name, revisions), revisions)


def open_clip_need(name: str, revisions: Mapping[str, str]) -> MissingFiles:
    """The files of such a repository."""
    return needs.matching(name, revisions, "open_clip_config.json", "open_clip*.safetensors")


def tokenizer_folder(name: str, revisions: Revisions) -> Path:
    """Download only the tokenizer of a repository."""
    return met(tokenizer_need(name, revisions), revisions)


def tokenizer_need(name: str, revisions: Mapping[str, str]) -> MissingFiles:
    """The files of a tokenizer."""
    return needs.matching(name, revisions, "tokenizer*")


def clip_weights(clip_model: str, published_in: str, revisions: Revisions) -> Path:
    """Download the weights of an open_clip tag; see `clip_need`."""
    need, file = clip_need(clip_model, published_in, revisions)
    return met(need, revisions) / file


def clip_need(clip_model: str, published_in: str, revisions: Mapping[str, str]) -> tuple[MissingFiles, str]:
    """The weights of an open_clip tag, and their file.

    They are `published_in` `owner/name/` or `owner/name/file`.
    """
    repository, _, file = published_in.rpartition("/")
    if not repository:
        raise StudioError(
            f"The weights of the CLIP {clip_model} are not on the hub: choose another tag, or local-dir:PATH."
        )
    file = f"{Path(file or 'open_clip_model').with_suffix('')}.safetensors"
    return needs.one_file(repository, file, revisions), file


def check_access(need: MissingFiles) -> None:
    """Refuse a repository whose files the hub does not give to this account."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    if not need.files or need.is_met:
        return
    try:
        get_hf_file_metadata(hf_hub_url(need.name, need.files[-1].path, revision=need.commit))
    except Exception as error:  # the library raises many types
        raise refusal(need.name, need.commit, error) from error


def met(need: MissingFiles, revisions: Revisions) -> Path:
    """Download what is needed, and pin its commit."""
    download_all(need)
    revisions[need.name] = need.commit
    return need.folder
