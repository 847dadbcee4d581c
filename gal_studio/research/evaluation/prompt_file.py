"""The prompts of the clock arms, read from the files that GAL's authors publish, or from one of your own."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from gal_studio.causes import unread_folder
from gal_studio.core.entered import about_several, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.references import Prompts, Subject

COLUMN = "prompt"
DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read_prompts(
    path: Path, prompts: Prompts, tell: Callable[[str], object] = lambda _: None
) -> tuple[str, ...]:
    """The prompts of a file for the subject of a project, in the file's order, each once.

    `tell` hears what is left out of them, or "".

    A table (CSV or TSV with a header) has them in the column *prompt*, a text file one a line. `{}` stands
    for the subject. A prompt without it is completed as published: a style's words follow at the end, and an
    object's trigger word comes before its class (`cat in the snow` becomes `<sks> cat in the snow`).
    Raises a StudioError for a file that is no text, has no such column or no prompts, or for a prompt that
    names neither the object nor its class.
    """
    written = _lines(path, _text(path))
    tell(about_several(written))
    lines = [" ".join(entered(line).split()) for line in written]
    lines = [line for line in lines if line]
    if not lines:
        raise StudioError(f"{path} has no prompts: write one per line, or a table with the column 'prompt'.")
    return prompts.expand(_completed(line, prompts) for line in lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudioError(
            f"{path} is not UTF-8 (byte {error.start} is not UTF-8): save it as UTF-8, then try again."
        ) from error
    except OSError as error:
        raise StudioError(unread_folder(path, error, "file of prompts")) from error


def _lines(path: Path, text: str) -> Sequence[str]:
    header = text.partition("\n")[0]
    delimiter = "\t" if "\t" in header else ","
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    is_table = path.suffix.lower() in DELIMITERS
    if COLUMN not in names or not (is_table or len(names) > 1):
        if is_table:
            raise StudioError(
                f"{path} has no column 'prompt', only {', '.join(map(repr, names)) or 'an empty line'}: name "
                "the column of the prompts so in the first line."
            )
        return text.splitlines()
    place = names.index(COLUMN)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
    return [row[place] for row in rows if len(row) > place]


def _completed(line: str, prompts: Prompts) -> str:
    if "{}" in line or prompts.name in line:
        return line
    if not prompts.trigger_words:
        return f"{line.rstrip(' .')} {{}}"
    if any(word in line for word in prompts.trigger_words):
        return line
    completed = line
    for subject in prompts.subjects:
        completed = _class_pattern(subject).sub(f"{subject.trigger_word} \\g<0>", completed)
    if completed == line:
        classes = " or ".join(repr(_class_words(subject)) for subject in prompts.subjects)
        raise StudioError(
            f"The prompt {line!r} names neither the object nor its class {classes}: write {{}} for the "
            "object."
        )
    return completed


def _class_words(subject: Subject) -> str:
    """`cat statue` of `a photo of a cat statue`."""
    return re.sub(r"^a photo of (?:an? |the |some )?", "", subject.class_prompt)


def _class_pattern(subject: Subject) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(_class_words(subject))}\b", flags=re.IGNORECASE)
