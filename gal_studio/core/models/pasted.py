"""Names of models as people paste them: with quotes, blanks, `file://`, or as the address of a page."""

import re
from urllib.parse import unquote, urlsplit

from gal_studio.core.errors import StudioError

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“", "«": "»", "<": ">"}
_TWO = re.compile(r"^(.+\.(?:safetensors|sft|gguf)[\"'`”’“»>]?) with (.+)$", re.IGNORECASE)
_HUB = re.compile(
    r"^(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<id>[^/?#\s]+/[^/?#\s]+)/?(?P<rest>[^?#]*)",
    re.IGNORECASE,
)
_NO_MODELS = ("datasets/", "spaces/", "docs/", "blog/", "papers/", "collections/")
_WEIGHTS = re.compile(r"\.(safetensors|sft|ckpt|gguf|pt|pth|bin)$", re.IGNORECASE)
_CIVITAI = re.compile(r"(^|[./])civitai\.[a-z]+(/|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def pasted(name: str) -> str:
    """A name without what comes with pasting; the address of a model's page on the hub becomes its ID.

    Other addresses stay as they are: `refuse_address` says what to do.
    """
    name = _unquoted(name)
    if found := _TWO.match(name):
        return f"{_one(found[1])} with {_one(found[2])}"
    return _one(name)


def refuse_address(name: str) -> None:
    """Refuse the address of a page or of a single file in the net, with what to do instead."""
    if hub := _HUB.match(name):
        raise StudioError(
            f"The address {name} names one file of {hub['id']}: download it and give its path, or give "
            f"{hub['id']} if that is a whole diffusers pipeline."
            if _WEIGHTS.search(hub["rest"])
            else f"The address {name} is not a model's page: give the model's ID, such as owner/name."
        )
    if _CIVITAI.search(name.partition("?")[0]):
        raise StudioError(
            f"The address {name} is a page of Civitai: download the model there, and give the path of its "
            ".safetensors file."
        )
    if _ADDRESS.match(name):
        raise StudioError(
            f"The address {name} is not a model of the hub: download the model, and give the path of its "
            ".safetensors file or of its folder."
        )


def _unquoted(name: str) -> str:
    name = name.strip()
    while len(name) > 1 and _QUOTES.get(name[0]) == name[-1] and name[0] not in name[1:-1]:
        name = name[1:-1].strip()
    return name


def _one(name: str) -> str:
    name = _unquoted(name)
    if name.lower().startswith("file://"):
        return _path(name)
    hub = _HUB.match(name)
    if hub is None or name.partition("co/")[2].lower().startswith(_NO_MODELS) or _WEIGHTS.search(hub["rest"]):
        return name
    return hub["id"]


def _path(address: str) -> str:
    """The path of a `file://` address; of another system's, such as `file:///C:/models`, as well."""
    parts = urlsplit(address.replace("#", "%23").replace("?", "%3F"))
    path = unquote(parts.path)
    if re.match(r"^/[A-Za-z]:", path):
        return path[1:]
    return path if parts.netloc in ("", "localhost") else f"//{parts.netloc}{path}"
