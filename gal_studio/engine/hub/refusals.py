"""One sentence for each way in which a download fails, with what to do next."""

import errno
from collections.abc import Sequence
from pathlib import Path

from gal_studio.core.drive_errors import drive_sentence
from gal_studio.core.errors import StudioError, first_line

_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_SHOWN_FILES = 3


class LostError(StudioError):
    """The hub answered no more; what was loaded is kept."""


class FullDiskError(StudioError):
    """The disk of the cache is full; what was loaded is kept."""


def at_commit(name: str, commit: str | None) -> str:
    """The model's name, with its commit if it is known."""
    return f"{name} at commit {commit[:12]}" if commit else name


def refusal(name: str, commit: str | None, error: Exception) -> StudioError:
    """What an error of the library means."""
    from huggingface_hub import errors

    if isinstance(error, StudioError):
        return error
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError):
        return _gated(name)
    if status == 401 and _token():
        return _wrong_token()
    if isinstance(error, errors.RepositoryNotFoundError | errors.HFValidationError):
        return StudioError(
            f"The model {name} is neither a directory here nor a model on the hub: check its name, and if "
            f"it is private, {_HOW_TO_TOKEN}."
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return StudioError(
            f"The model {at_commit(name, commit)} is no longer on the hub: copy its files from another "
            "computer, or create a project with the newest version."
        )
    if isinstance(error, ImportError | ValueError) and "proxy" in str(error).lower():
        return StudioError(
            f"The model {name} cannot be loaded through the proxy that the environment names "
            f"({first_line(error)}): correct all_proxy, http_proxy and https_proxy, or unset them."
        )
    refused_here = _refused_by_the_disk(name, error) if isinstance(error, OSError) else None
    return refused_here or _refused_by_the_hub(at_commit(name, commit), name, error, status)


def _refused_by_the_disk(name: str, error: OSError) -> StudioError | None:
    from huggingface_hub import constants

    if error.errno == errno.ENOSPC:
        return _full(name)
    if error.errno in _FORBIDDEN:
        return StudioError(
            f"The cache of the hub cannot be written ({first_line(error)}): set HF_HOME to a folder of yours "
            "before the studio starts."
        )
    said = drive_sentence(error, constants.HF_HUB_CACHE)
    return StudioError(said) if said else None


def _refused_by_the_hub(model: str, name: str, error: Exception, status: int | None) -> StudioError:
    """What is left: an answer of the hub with this status, or none. `model` is the name with its commit."""
    if status == 429:
        return LostError(
            f"The hub gets too many requests for {model} from here: wait some minutes, or {_HOW_TO_TOKEN}."
        )
    if status is not None and status < 500:
        return StudioError(
            f"The hub refuses the model {model} ({first_line(error)}): check your access "
            f"to it at {address(name)}."
        )
    return LostError(
        f"The hub cannot be reached for the model {model} ({first_line(error)}): check the "
        "network and try again; what was downloaded is kept."
    )


_HOW_TO_TOKEN = (
    "give your token as the environment variable HF_TOKEN (or with `hf auth login`) before the studio starts"
)


def address(name: str = "") -> str:
    """The address of a model on the hub."""
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/{name}"


def _token() -> str | None:
    from huggingface_hub import get_token

    return get_token()


def _gated(name: str) -> StudioError:
    if _token():
        return StudioError(
            f"The model {name} is gated, and the account of your token has no access to it yet: ask for it "
            f"at {address(name)}, and try again when it is granted."
        )
    return StudioError(
        f"The model {name} is gated: ask for access at {address(name)}, make a token at "
        f"{address('settings/tokens')}, and {_HOW_TO_TOKEN}."
    )


def _wrong_token() -> StudioError:
    return StudioError(
        f"The hub does not accept your token: make a new one at {address('settings/tokens')}, and "
        f"{_HOW_TO_TOKEN}."
    )


def _full(name: str) -> FullDiskError:
    from huggingface_hub import constants

    return FullDiskError(
        f"The disk is full while {name} is downloaded to {constants.HF_HUB_CACHE}: free some space and "
        "resume; what was downloaded is kept."
    )


def absent(name: str, commit: str | None, folder: Path, missing: Sequence[str], offline: bool) -> StudioError:
    """The error for a model that is not on this computer, where the hub is out of reach.

    `missing` are the missing files as far as they are known; none are if nothing is here.
    """
    why = "the studio is offline (HF_HUB_OFFLINE)" if offline else "the hub cannot be reached"
    shown = ", ".join(missing[:_SHOWN_FILES])
    more = f" and {len(missing) - _SHOWN_FILES} more" if len(missing) > _SHOWN_FILES else ""
    what = f"lacks {shown}{more} on this computer" if missing else "is not on this computer"
    return StudioError(
        f"The model {at_commit(name, commit)} {what}, and {why}: run `gal-studio download {name}` on a "
        f"computer with a network, copy its folder {folder.name} into {folder.parent}, or give a folder."
    )
