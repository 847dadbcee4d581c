"""The pictures that a program gives: IDs of uploads, as Gradio's client sends them."""

from typing import Any, NotRequired

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import find_taught
from gal_studio.ui.payloads import Payload, Text, first_fault


class Given(TypedDict):
    """A reference; its files are IDs of uploads."""

    picture: Text
    prompt: Text
    trigger_word: NotRequired[Text]
    mask: NotRequired[Text | None]


_GIVEN = TypeAdapter(list[Given])
_EXAMPLE = '{"picture": handle_file(path), "prompt": words}'


def references_of(kind: str, references: list[dict[str, Any]]) -> list[Payload]:
    """The references as the form of a new project has them: one set for each trigger word."""
    try:
        given = _GIVEN.validate_python(references, strict=True, extra="forbid")
    except ValidationError as error:
        raise StudioError(
            f"The references are not understood ({first_fault(error)}): give a list of {_EXAMPLE}."
        ) from error
    if not find_taught(kind).has_trigger_word and any(one.get("trigger_word", "").strip() for one in given):
        raise StudioError("A style has no trigger word: its words are in the prompts. Leave it out.")
    sets: dict[str, list[Payload]] = {}
    for one in given:
        reference = {"path": one["picture"], "prompt": one["prompt"], "mask": one.get("mask")}
        sets.setdefault(one.get("trigger_word", "").strip(), []).append(reference)
    return [{"trigger_word": word, "references": pictures} for word, pictures in sets.items()]


def with_uploads(value: Any) -> Any:
    """What a program sent, with each of its files replaced by the ID of the upload.

    Gradio would look for the file of such an ID in a folder of its own.
    """
    if isinstance(value, list):
        return [with_uploads(one) for one in value]
    if not isinstance(value, dict):
        return value
    meta = value.get("meta")
    if isinstance(meta, dict) and meta.get("_type") == "gradio.FileData":
        return value.get("path")
    return {name: with_uploads(one) for name, one in value.items()}
