"""Text that leaves the studio, as the program that reads it has to be given it to mean the same."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Syntax = Literal["plain", "comfyui", "a1111", "compel"]
"""How a program reads prompts. All but `plain` weight what is in brackets; InvokeAI reads `compel`."""

_SPECIAL: Mapping[Syntax, str] = {"comfyui": r"[()]", "a1111": r"[\\()\[\]]", "compel": r'[\\()"]'}
_FORMULA = ("=", "+", "-", "@")
_BLANKS = re.compile(r"[\s\ufeff\u200b-\u200f\u2060\u180e\u00ad\0]+")
"""What a spreadsheet may drop before it looks whether a cell is a formula."""
_MARK = "\ufeff"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?(inf|nan)")


def prompt_for(syntax: Syntax, prompt: str) -> str:
    """A prompt whose brackets are brackets there."""
    special = _SPECIAL.get(syntax)
    return re.sub(f"({special})", r"\\\1", prompt) if special else prompt


def csv_cell(value: Any) -> Any:
    """A value of a CSV table that no spreadsheet takes for a formula; numbers stay numbers.

    Signs of full width are looked at as the plain ones that programs make of them.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    plain = unicodedata.normalize("NFKC", value)
    begins = value.startswith(("\t", "\r", "\n")) or _BLANKS.sub("", plain).startswith(_FORMULA)
    return f"'{value}" if begins else value


def csv_table(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as a CSV file, the heading first: numbers are read back exactly, what is None is empty.

    It begins with the mark of UTF-8, without which spreadsheets read it in a code page of the system. Every
    text is quoted: in countries where `;` separates, what stands behind one is no cell of its own.
    """
    return _MARK + "".join(f"{','.join(map(_quoted, row))}\n" for row in rows)


def _quoted(value: Any) -> str:
    if isinstance(value, str) and value:
        return '"' + str(csv_cell(value)).replace('"', '""') + '"'
    return "" if value is None else str(value)


def code_span(text: str) -> str:
    """Words as code in a line or a cell of Markdown, also if they have backticks or bars."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    mark, blank = "`" * (longest + 1), " " if longest else ""
    return f"{mark}{blank}{' '.join(text.split())}{blank}{mark}".replace("|", r"\|")


def markdown(text: str) -> str:
    """Words that stay words in a line or a cell of Markdown."""
    return re.sub(r"([\\`*\[\]|])", r"\\\1", text).replace("\n", " ").replace("<", "&lt;")
