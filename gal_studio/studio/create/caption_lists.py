"""Captions as other trainers keep them: one list for all pictures of a folder, or the folder's name.

`metadata.jsonl` and `metadata.csv` are those of Hugging Face's image folders, `meta_cap.json` is kohya's; in
a `.json` file, pictures have their captions by name, or each in an object, or as COCO has them. `10_sks dog`
is a folder of kohya's scripts: its pictures are repeated ten times, and show a "sks dog" if nothing else is
said of them.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy

LISTS = (
    "metadata.jsonl", "metadata.csv", "metadata.json", "captions.json", "captions.jsonl", "captions.csv",
    "meta_cap.json", "meta_clean.json",
)  # fmt: skip
"""In any case of letters; of several with one picture, the first counts."""
LARGEST_LIST = 8 << 20  # bytes
_FILE = ("file_name", "file", "image", "img", "path", "filename", "image_path")
_CAPTION = ("text", "caption", "prompt", "description")
_REPEATED = re.compile(r"\d{1,3}_(.*\S)")
_OTHER_FORMS = (".json", ".yaml", ".yml", ".xml", ".csv", ".md", ".tags", ".cap")


def caption_in_list(picture: Path) -> str | None:
    """The caption of a picture in a list beside it; None if it is in none."""
    for path in sorted(_beside(picture, LISTS), key=lambda path: LISTS.index(path.name.lower())):
        for name, caption in captions_of(path).items():
            if _is(name, picture):
                return caption
    return None


def captions_of(path: Path) -> dict[str, str]:
    """The captions of a list by the names of their pictures; refused if it cannot be read as one."""
    try:
        data = path.read_bytes()[: LARGEST_LIST + 1]
        if len(data) > LARGEST_LIST:
            raise ValueError("it is too long")
        return dict(_rows(path.suffix.lower(), data.decode("utf-8-sig")))
    except (OSError, ValueError, csv.Error, StudioError) as error:
        raise StudioError(
            f"The captions in {path.name} cannot be read: give each image its caption by name, or write "
            "text files beside the images."
        ) from error


def _rows(form: str, text: str) -> Iterator[tuple[str, str]]:
    """Each picture's name and caption; those without one are left out."""
    if form == ".csv":
        yield from _listed(csv.DictReader(io.StringIO(text, newline="")))
    elif form == ".jsonl":
        yield from _listed(strict_json.loads(line.encode()) for line in text.splitlines() if line.strip())
    else:
        found = strict_json.loads(text.encode())
        if isinstance(found, list):
            yield from _listed(found)
            return
        if isinstance(found, dict) and "annotations" in found:
            yield from _of_coco(found)
            return
        for name, value in _mapping(found).items():
            caption = value if isinstance(value, str) else _first(_mapping(value), _CAPTION)
            if caption:
                yield name, tidy(caption)


def _of_coco(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The first caption of each picture: COCO keeps both apart, joined by numbers."""
    given: dict[str, str] = {}
    for row in _rows_of(found, "annotations"):
        if caption := _first(row, _CAPTION):
            given.setdefault(str(row.get("image_id")), caption)
    for row in _rows_of(found, "images"):
        if (name := _first(row, _FILE)) and (caption := given.get(str(row.get("id")), "")):
            yield name, tidy(caption)


def _rows_of(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = found.get(name)
    if not isinstance(rows, list):
        raise ValueError("there is no list of images")
    return [_mapping(row) for row in rows]


def _listed(rows: Any) -> Iterator[tuple[str, str]]:
    for row in rows:
        name, caption = _first(_mapping(row), _FILE), _first(_mapping(row), _CAPTION)
        if name and caption:
            yield name, tidy(caption)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("there is no list of images")
    return value


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    lowered = {str(name).strip().lower(): value for name, value in row.items()}
    found = next((lowered[key] for key in keys if lowered.get(key)), "")
    return found if isinstance(found, str) else ""


def _is(name: str, picture: Path) -> bool:
    """Whether a list means this picture; kohya's lists name it without its ending."""
    last = normalized(name.replace("\\", "/").rpartition("/")[2]).casefold()
    return last in (normalized(picture.name).casefold(), normalized(picture.stem).casefold())


def caption_of_folder(picture: Path) -> str | None:
    """What the name of kohya's folder says that its pictures show; None for any other folder."""
    found = _REPEATED.fullmatch(picture.absolute().parent.name)
    return tidy(found[1]) if found else None


def repeated_folders(folder: Path) -> list[Path]:
    """Kohya's folders in a folder, such as `10_sks dog`."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and _REPEATED.fullmatch(path.name))


def unread_beside(picture: Path) -> str:
    """What lies beside a picture that may be its caption in a form that is not read, as a sentence; or ""."""
    forms = tuple(f"{stem}{ending}" for stem in (picture.stem, picture.name) for ending in _OTHER_FORMS)
    found = sorted(path.name for path in _beside(picture, forms))
    return f" ({found[0]} is not read: put the caption into {picture.stem}.txt)" if found else ""


def _beside(picture: Path, names: tuple[str, ...]) -> list[Path]:
    """The files in the picture's folder that have one of these names, in any case of letters."""
    wanted = {name.casefold() for name in names}
    try:
        return [
            path for path in picture.parent.iterdir() if path.name.casefold() in wanted and path.is_file()
        ]
    except (OSError, ValueError):
        return []
