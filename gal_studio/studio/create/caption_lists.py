"""Captions as other trainers keep them: one list for all pictures of a folder, or the folder's name.

`metadata.jsonl` and `metadata.csv` are those of Hugging Face's image folders, `meta_cap.json` is kohya's; in
a `.json` file, pictures have their captions by name, or each in an object. Tables may have commas,
semicolons or tabs between their columns. `10_sks dog` is a folder of kohya's scripts: its
pictures are repeated ten times, and show a "sks dog" if nothing else is said of them.
"""

import csv
import functools
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gal_studio.causes import unread_folder
from gal_studio.core import strict_json
from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.prompts import tidy
from gal_studio.studio.create.text_files import decoded

LISTS = (
    "metadata.jsonl", "metadata.csv", "metadata.json", "metadata.tsv", "captions.json", "captions.jsonl",
    "captions.csv", "captions.tsv", "meta_cap.json", "meta_clean.json",
)  # fmt: skip
"""In any case of letters; of several with one picture, the first counts."""
LARGEST_LIST = 8 << 20  # bytes
FOLDERS_ABOVE = 3  # in which a list may name a picture by its folder, too
_FILE = ("file_name", "file", "image", "img", "path", "filename", "image_path")
_CAPTION = ("text", "caption", "prompt", "description")
_SEPARATORS = ",;\t|"
_MISSING = ("nan", "none", "null")  # as tables are written that have no caption
_REPEATED = re.compile(r"\d{1,3}_(.*\S)")
_OTHER_FORMS = (".json", ".yaml", ".yml", ".xml", ".csv", ".md", ".tags", ".cap")


@dataclass(frozen=True)
class ListEntry:
    """What a list says of one picture: its folders and name as they are compared, and the caption."""

    folders: tuple[str, ...]
    name: str
    caption: str


def list_order(name: str) -> int:
    """The place of a list among several, by its name; ValueError for a file that is none."""
    return LISTS.index(name.casefold())


def is_list(name: str) -> bool:
    """Whether a file of this name is a list of captions."""
    return name.casefold() in LISTS


def caption_in_lists(picture: Path) -> tuple[str, Path] | None:
    """The caption of a picture in a list beside it or in a folder above, and that list; None if in none."""
    folder = picture.absolute().parent
    places = folder.as_posix().split("/")
    for above, place in enumerate((folder, *folder.parents)[: FOLDERS_ABOVE + 1]):
        for path in _lists_in(place):
            try:
                entries = _entries_of(path)
            except StudioError:
                if above:
                    continue  # it may be about something else
                raise
            if caption := caption_of(entries, picture.name, places, above):
                return caption, path
    return None


def caption_of(
    entries: Sequence[ListEntry], picture: str, folders: Sequence[str] | None, above: int = 0
) -> str | None:
    """The caption of a picture by the entries of a list.

    `folders` are those that the picture is in, the last of them `above` folders below the list; None if they
    are not known, as on the page. An entry of another folder never counts, unless the list is beside the
    picture and all of it of one folder, which then may have been renamed or another machine's, or the folders
    are not known and the name is the only one of its kind.
    """
    named = (_compared(picture), _compared(Path(picture).stem))
    alike = [entry for entry in entries if entry.name in named]
    if folders is None:
        return _only(alike) or next((one.caption for one in alike if not one.folders), None)
    places = tuple(map(_compared, folders))
    here = places, places[len(places) - above :]
    is_one_folder = not above and len({entry.folders for entry in entries}) == 1
    return next((one.caption for one in alike if one.folders in here or is_one_folder), None)


def _only(alike: Sequence[ListEntry]) -> str | None:
    """The first caption, if all entries of a name are of one folder."""
    return alike[0].caption if alike and len({entry.folders for entry in alike}) == 1 else None


def entries_in(name: str, data: bytes) -> tuple[ListEntry, ...]:
    """The entries of a list of captions with this file name; refused if it cannot be read as one."""
    try:
        if len(data) > LARGEST_LIST:
            raise ValueError(f"they have more than {LARGEST_LIST >> 20} MB")
        found = _rows(Path(name).suffix.lower(), decoded(data, name))
        return tuple(_entry(place, caption) for place, caption in found)
    except (ValueError, csv.Error, strict_json.InvalidError) as error:
        is_json = isinstance(error, strict_json.InvalidError)
        why = "they are not valid JSON" if is_json else first_line(error)
        raise StudioError(
            f"The captions in {name} cannot be read ({why}): give each image its caption by name, or write "
            "text files beside the images."
        ) from error


def _entry(place: str, caption: str) -> ListEntry:
    """An entry by a picture's path, which may be one of another machine."""
    path = place.replace("\\", "/")
    *folders, name = (_compared(part) for part in path.removeprefix("./").split("/"))
    return ListEntry(tuple(folders), name, caption)


def _compared(name: str) -> str:
    """A name as it is compared: some systems write other letters' forms and cases."""
    return normalized(name).casefold()


def _lists_in(folder: Path) -> list[Path]:
    return sorted(_named(folder, LISTS), key=lambda path: list_order(path.name))


def _entries_of(path: Path) -> tuple[ListEntry, ...]:
    try:
        known = path.stat()
        return _read(path, known.st_mtime_ns, known.st_size)
    except OSError as error:
        raise StudioError(unread_folder(path, error, "list of captions")) from error


@functools.lru_cache(8)
def _read(path: Path, _changed: int, _size: int) -> tuple[ListEntry, ...]:
    """The entries of a list, which is read once for all pictures of its folder."""
    with path.open("rb") as file:
        return entries_in(path.name, file.read(LARGEST_LIST + 1))


def _rows(form: str, text: str) -> Iterator[tuple[str, str]]:
    """Each picture's name and caption; those without one are left out."""
    if form in (".csv", ".tsv"):
        yield from _listed(_table(text))
    elif form == ".jsonl":  # a text may have other line ends than these inside
        yield from _listed(strict_json.loads(line, finite=False) for line in text.split("\n") if line.strip())
    else:
        found = strict_json.loads(text, finite=False)
        if isinstance(found, list):
            yield from _listed(found)
            return
        if isinstance(found, dict) and "annotations" in found:
            raise ValueError("COCO joins images and captions by numbers")
        for name, value in _mapping(found).items():
            caption = _said(value) if isinstance(value, str | list) else _first(_mapping(value), _CAPTION)
            if caption:
                yield name, tidy(caption)


def _table(text: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a table, by its columns; the separator is the one that makes columns of a known name."""
    for separator in _SEPARATORS:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
        columns = {name.strip().lower() for name in rows.fieldnames or ()}
        if columns.intersection(_FILE) and columns.intersection(_CAPTION):
            return rows
    raise ValueError("there are no columns of images and captions")


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
    return next((said for key in keys if (said := _said(lowered.get(key)))), "")


def _said(value: Any) -> str:
    """A caption, the first of several, or "" for none."""
    if isinstance(value, list):
        return next((said for one in value if (said := _said(one))), "")
    return value if isinstance(value, str) and value.strip().lower() not in _MISSING else ""


def caption_of_folder(picture: Path | PurePosixPath) -> str | None:
    """What the name of kohya's folder says that its pictures show; None for any other folder."""
    place = picture.absolute() if isinstance(picture, Path) else picture
    found = _REPEATED.fullmatch(place.parent.name)
    return tidy(found[1]) if found else None


def repeated_folders(folder: Path) -> list[Path]:
    """Kohya's folders in a folder, such as `10_sks dog`."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and _REPEATED.fullmatch(path.name))


def other_form(name: str, picture: str) -> bool:
    """Whether a file may be a picture's caption in a form that is not read."""
    own = (f"{stem}{ending}" for stem in (Path(picture).stem, picture) for ending in _OTHER_FORMS)
    return name.casefold() in map(str.casefold, own) and not is_list(name)


def unread_beside(picture: Path) -> str:
    """What is beside a picture that may be its caption but was not taken, as a sentence; or ""."""
    forms = tuple(f"{stem}{ending}" for stem in (picture.stem, picture.name) for ending in _OTHER_FORMS)
    found = sorted(path.name for path in _named(picture.parent, forms))
    if found:
        return f" ({found[0]} is not read: put the caption into {picture.stem}.txt)"
    lists = _lists_in(picture.parent)
    return f" ({lists[0].name} has no row for it)" if lists else ""


def _named(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """The files in a folder that have one of these names, in any case of letters."""
    wanted = {name.casefold() for name in names}
    try:
        return [path for path in folder.iterdir() if path.name.casefold() in wanted and path.is_file()]
    except (OSError, ValueError):
        return []
