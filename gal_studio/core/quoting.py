"""Text that leaves the studio, as the program that reads it has to be given it to mean the same."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Syntax = Literal["plain", "comfyui", "a1111", "compel"]
"""How a program reads prompts. All but `plain` weight what is in brackets; InvokeAI reads `compel`."""

_SPECIAL: Mapping[Syntax, str] = {"comfyui": r"[()]", "a1111": r"[\\()\[\]]", "compel": r'[\\()"]'}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?(inf|nan)")


def prompt_for(syntax: Syntax, prompt: str) -> str:
    """A prompt whose brackets are brackets there."""
    special = _SPECIAL.get(syntax)
    return re.sub(f"({special})", r"\\\1", prompt) if special else prompt


def csv_cell(value: Any) -> Any:
    """A value of a CSV table that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_table(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV, the heading first: numbers are read back exactly, what is None is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(csv_cell, row) for row in rows)
    return text.getvalue()


def markdown(text: str) -> str:
    """Words that stay words in a line or a cell of Markdown."""
    return re.sub(r"([\\`*\[\]|])", r"\\\1", text).replace("\n", " ").replace("<", "&lt;")
