"""One sentence for each way in which a download fails, with what to do next."""

import errno
import re
from collections.abc import Sequence
from pathlib import Path

from gal_studio.causes import said_by
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
            f"The hub gets too many requests for {model} from here: wait a few minutes, or {_HOW_TO_TOKEN}."
        )
    if status == 407:
        return StudioError(
            f"The proxy wants a sign-in before it lets the model {model} through (407): write its user "
            "and password into https_proxy, as in http://USER:PASSWORD@HOST:PORT."
        )
    if (page := _page_of(error)) is not None:
        return not_the_hub(model, page)
    if status is not None and status < 500:
        return StudioError(
            f"The hub refuses the model {model} ({first_line(error)}): check your access "
            f"to it at {address(name)}."
        )
    if status is not None:
        return LostError(
            f"The hub fails for the model {model} ({status}): try again in a few minutes "
            "(what was downloaded is kept)."
        )
    return LostError(
        f"The hub cannot be reached for the model {model} ({first_line(error)}): {_step(error)}, and try "
        "again (what was downloaded is kept)."
    )


def not_the_hub(model: str, answer: bytes) -> LostError:
    """The error for an answer that is not the hub's own, such as a network's page for its sign-in."""
    said = said_by(answer)
    quoted = f" (“{said}”)" if said else ""
    return LostError(
        f"In place of the hub, another page answers for the model {model}{quoted}: sign in to the network in "
        f"a browser, or have {address()} allowed in the proxy or filter, and try again (what was downloaded "
        "is kept)."
    )


def _page_of(error: Exception) -> bytes | None:
    """The web page in place of an answer for programs; None for any other answer."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", {})
    if "text/html" not in headers.get("content-type", "") or "x-request-id" in headers:
        return None
    try:
        return bytes(response.content)  # type: ignore[union-attr]
    except Exception:  # it was not read, and cannot be any more
        return b""


def _step(error: Exception) -> str:
    """What to do about a hub that cannot be reached, by what the error and those before it say."""
    said, one = "", error  # type: tuple[str, BaseException | None]
    while one is not None and len(said) < _LONGEST:
        said, one = f"{said} {type(one).__name__} {one}", one.__cause__ or one.__context__
    known = (step for pattern, step in _STEPS if re.search(pattern, said, re.IGNORECASE))
    return next(known, "check the network")


_LONGEST = 5000  # characters of errors
_STEPS = (
    (
        r"certificate|CERT_",
        "a proxy or virus scanner that looks into the connection may cause it (name its certificate in "
        "SSL_CERT_FILE), or a wrong clock: set that right",
    ),
    (
        r"getaddrinfo|name resolution|name or service|nodename|EAI_",
        "its name cannot be looked up: check the connection and its DNS",
    ),
    (r"ProxyError|proxy", "check https_proxy, and that the proxy runs"),
    (r"time(d )?out", "the network is slow, or a firewall drops it: check both"),
    (r"refused", "a firewall or filter refuses it: have it allowed"),
)
"""Patterns of errors, and what to do about each."""


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
        "resume (what was downloaded is kept)."
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
