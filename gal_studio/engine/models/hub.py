"""Download models from the hub: safetensors only, pinned to the commit of their first use."""

from collections.abc import Callable, Collection, MutableMapping, Sequence
from pathlib import Path

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.models.variants import choose_variant, files_of

Revisions = MutableMapping[str, str]
"""The commit of each hub model by its name, updated whenever a model is downloaded."""


CONNECT_SECONDS = 5.0


def is_directory(name: str) -> bool:
    """Whether a model's name is a path (that may not exist) rather than a hub ID."""
    return name.startswith(("/", ".", "~")) or Path(name).is_dir()


def pipeline_configuration(name: str, revisions: Revisions) -> Path:
    """Download only the JSON files and tokenizers of a diffusers pipeline."""
    wanted = ["*.json", "*/*.json", "*/*.txt", "*/*.model"]
    return _snapshot(name, revisions, wanted)


def pipeline_folder(
    name: str, revisions: Revisions, components: Collection[str], left_out: Collection[str], half: bool
) -> Path:
    """Download a diffusers pipeline of these components, except those left out.

    `half` prefers weights in half precision, which are half as large.
    """
    from diffusers import DiffusionPipeline

    def download(commit: str | None, cached: bool) -> str:
        listed = _files(name, commit, cached)
        variant = choose_variant(listed, set(components) - set(left_out), half)
        options = {"revision": commit, "use_safetensors": True, "local_files_only": cached}
        return str(DiffusionPipeline.download(name, variant=variant, **options, **dict.fromkeys(left_out)))

    return _fetch(name, revisions, download)


def _files(name: str, commit: str | None, cached: bool) -> list[str]:
    """The files of a repository: those on the hub, or those in the cache."""
    from huggingface_hub import list_repo_files, snapshot_download

    if not cached:
        return list(list_repo_files(name, revision=commit))
    return files_of(Path(snapshot_download(name, revision=commit, local_files_only=True)))


def transformers_folder(name: str, revisions: Revisions) -> Path:
    """Download a transformers model."""
    return _snapshot(name, revisions, ["*.json", "*.safetensors"])


def open_clip_folder(name: str, revisions: Revisions) -> Path:
    """Download a repository that holds an open_clip model with its configuration and tokenizer."""
    return _snapshot(name, revisions, ["*.json", "*.txt", "*.model", "open_clip*.safetensors"])


def tokenizer_folder(name: str, revisions: Revisions) -> Path:
    """Download only the tokenizer of a repository."""
    return _snapshot(name, revisions, ["*.json", "*.txt", "*.model"])


def _snapshot(name: str, revisions: Revisions, wanted: Sequence[str]) -> Path:
    from huggingface_hub import snapshot_download

    def download(commit: str | None, cached: bool) -> str:
        options = {"revision": commit, "allow_patterns": list(wanted), "local_files_only": cached}
        return str(snapshot_download(name, **options))  # type: ignore[arg-type]

    return _fetch(name, revisions, download)


def clip_weights(clip_model: str, published_in: str, revisions: Revisions) -> Path:
    """Download the weights of an open_clip tag; `published_in` is `owner/name/` or `owner/name/file`."""
    from huggingface_hub import hf_hub_download

    repository, _, file = published_in.rpartition("/")
    if not repository:
        raise StudioError(
            f"The weights of the CLIP {clip_model} are not on Hugging Face: choose another tag, or "
            "local-dir:PATH."
        )
    file = f"{Path(file or 'open_clip_model').with_suffix('')}.safetensors"

    def download(commit: str | None, cached: bool) -> str:
        return str(hf_hub_download(repository, file, revision=commit, local_files_only=cached))

    return _fetch(repository, revisions, download)


def is_reachable() -> bool:
    """Whether the hub answers within seconds; the libraries themselves retry for half a minute."""
    from huggingface_hub import constants, get_session, is_offline_mode

    if is_offline_mode():
        return False
    try:
        get_session().head(constants.ENDPOINT, timeout=CONNECT_SECONDS)
    except Exception:  # what the library's HTTP client raises differs between its versions
        return False
    return True


def _fetch(name: str, revisions: Revisions, fetch: Callable[[str | None, bool], str]) -> Path:
    """Call `fetch` with the pinned commit, and whether only the cache is within reach; pin its commit."""
    known, cached = revisions.get(name), not is_reachable()
    at = f" at commit {known[:12]}, which this project uses," if known else ""
    try:
        path = Path(fetch(known, cached))
    except Exception as error:  # the libraries raise many types; all mean that the download failed
        if cached:
            raise StudioError(
                f"The model {name}{at} is not on this computer, and Hugging Face cannot be reached: connect "
                "to the network, or download the files elsewhere and give the path of their directory."
            ) from error
        raise StudioError(
            f"The model {name}{at} is not a local directory, and could not be downloaded with safetensors "
            f"weights from Hugging Face ({first_line(error)}): check the name, the network and your access."
        ) from error
    above = path.parts[::-1]
    revisions[name] = above[above.index("snapshots") - 1]
    return path
