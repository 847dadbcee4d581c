"""Text files that people bring: in UTF-8, or in UTF-16 with its mark; of others it is said what they are."""

import codecs
from contextlib import suppress

from gal_studio.core.errors import StudioError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decoded(data: bytes, name: str) -> str:
    """The text of a file; refused if its encoding is not known from the file itself."""
    encoding = next((known for mark, known in _MARKS.items() if data.startswith(mark)), "utf-8")
    with suppress(UnicodeDecodeError):
        text = data.decode(encoding)
        if "\0" not in text:  # which UTF-16 without its mark has
            return text
    raise StudioError(f"{name} is not UTF-8 but {_guess(data)}: save it again as UTF-8.")


def _guess(data: bytes) -> str:
    """What a text that is not UTF-8 seems to be written in."""
    if b"\0" in data:
        return "UTF-16"
    with suppress(UnicodeDecodeError):
        others = [letter for letter in data.decode("cp1252") if not letter.isascii()]
        if 4 * len(others) < len(data):  # a few letters with accents
            return "Windows-1252"
    return "in another encoding"
