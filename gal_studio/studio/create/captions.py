"""Captions of pictures as other training tools have them: in text files of the same name, and in lists.

The command line and programs read them beside pictures (`caption_beside`), the page from the files that a
person drops together (`captions_among`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gal_studio.causes import unread_folder
from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy
from gal_studio.core.types import Reference
from gal_studio.core.words import counted, listed
from gal_studio.state import Store
from gal_studio.state.files.paths import is_companion
from gal_studio.state.images.folder import is_picture
from gal_studio.studio.create.caption_lists import (
    ListEntry,
    caption_in_lists,
    caption_of,
    caption_of_folder,
    entries_in,
    is_list,
    list_order,
    other_form,
)
from gal_studio.studio.create.references import MASK_ENDING
from gal_studio.studio.create.text_files import decoded
from gal_studio.zip_files import zipped

ENDING = ".txt"
ENDINGS = (ENDING, ".caption")
"""Of a caption's file, in any case of letters; where there are both, the first counts."""
LARGEST_CAPTION = 10_000  # bytes


@dataclass(frozen=True)
class Caption:
    """What is written of a picture, on one line, and the name of the file that says so."""

    text: str
    source: str


@dataclass(frozen=True)
class Captions:
    """The captions of pictures by their names, and what could not be read, in sentences."""

    found: Mapping[str, Caption]
    problems: tuple[str, ...] = ()


def caption_beside(picture: Path) -> str | None:
    """What is written of `cat.jpg` beside it, on one line; None if there is nothing.

    In this order: `cat.txt` or `cat.caption`, `cat.jpg.txt`, `cat.txt.txt` (Windows shows `cat.txt`),
    a list of captions beside it or in a folder above, the name of kohya's folder.
    """
    path = _file_beside(picture)
    if path is not None:
        return read_caption(path)
    listed = caption_in_lists(picture)
    return listed[0] if listed else caption_of_folder(picture)


def pictures_in(folder: Path) -> list[Path]:
    """The images of a folder that get captions, sorted: no masks, and no files of a system."""
    found = (path for path in folder.iterdir() if is_picture(path) and path.is_file())
    return sorted(path for path in found if not path.name.lower().endswith(MASK_ENDING))


def caption_file(picture: Path) -> Path:
    """Where a caption of `cat.jpg` is written: `cat.txt`, or `cat.jpg.txt` where `cat.png` is beside it."""
    is_alone = sum(_same(path.stem) == _same(picture.stem) for path in pictures_in(picture.parent)) < 2
    return picture.with_suffix(ENDING) if is_alone else picture.with_name(picture.name + ENDING)


def shared_captions(pictures: Iterable[Path]) -> list[str]:
    """What is said of each caption that counts for several images, whose names differ in their endings."""
    found: dict[Path, list[str]] = {}
    for picture in pictures:
        if (path := _file_beside(picture)) is not None:
            found.setdefault(path, []).append(picture.name)
    return [_shared(path.name, names) for path, names in found.items() if len(names) > 1]


def _shared(name: str, pictures: Sequence[str]) -> str:
    files = listed([f"{picture}{ENDING}" for picture in pictures])
    return f"{name} is the caption of {listed(pictures)}. If each should have its own, name them {files}."


def captions_among(files: Sequence[tuple[str, bytes]], pictures: Sequence[str]) -> Captions:
    """The captions of pictures among files, given by their names and contents, in the same order as beside.

    Names of what a folder holds begin with it: `set/10_sks dog/1.png`. Files that are no captions, or of no
    picture here, are named in the problems.
    """
    found: dict[str, Caption] = {}
    problems: list[str] = []
    lists = sorted((file for file in files if is_list(_path(file[0]).name)), key=_nearest)
    texts = [file for file in files if Path(file[0]).suffix.lower() in ENDINGS]
    for name, data in lists:
        _from_list(name, data, pictures, found, problems)
    for picture in pictures:
        ranked = [(rank, file) for file in texts if (rank := _rank_of(file[0], picture)) is not None]
        for _, (name, data) in sorted(ranked, key=lambda one: one[0], reverse=True):
            try:
                found[picture] = Caption(caption_text(name, data), name)
            except StudioError as error:
                problems.append(str(error))
        if picture not in found and (said := caption_of_folder(_path("/") / picture)):
            found[picture] = Caption(said, f"the folder {_path(picture).parent.name}")
    for name, _ in texts:
        of = [picture for picture in pictures if picture in found and found[picture].source == name]
        if len(of) > 1:
            problems.append(_shared(name, of))
    problems += _left_over(files, texts, pictures)
    return Captions(found, tuple(problems))


_path = PurePosixPath  # pages name files alike, whatever the system


def _nearest(file: tuple[str, bytes]) -> tuple[int, int]:
    """The order of lists: those of inner folders first."""
    path = _path(file[0])
    return -len(path.parts), list_order(path.name)


def _rank_of(name: str, picture: str) -> tuple[int, int, bool] | None:
    """As `_rank`, of a text in the picture's folder, or of one that was given alone."""
    text, image = _path(name), _path(picture)
    is_beside = text.parent in (image.parent, _path())
    return _rank(text.name, image.name) if is_beside else None


def _from_list(
    name: str, data: bytes, pictures: Sequence[str], found: dict[str, Caption], problems: list[str]
) -> None:
    """Add the captions of a list to those that are found."""
    try:
        entries = entries_in(name, data)
    except StudioError as error:
        problems.append(str(error))
        return
    place = _path(name).parent
    listed = {
        picture: text
        for picture in pictures
        if _path(picture).is_relative_to(place) and (text := _listed(entries, _path(picture), place))
    }
    if not listed:
        problems.append(
            f"No row of {name} fits these images: it names others, or the same in several folders."
        )
    found.update({picture: Caption(text, name) for picture, text in listed.items() if picture not in found})


def _listed(entries: Sequence[ListEntry], picture: PurePosixPath, place: PurePosixPath) -> str | None:
    """What a list in this folder says of a picture, whose folders are not known if it was given alone."""
    folders = picture.parent.parts
    return caption_of(entries, picture.name, folders or None, len(folders) - len(place.parts))


def _left_over(
    files: Sequence[tuple[str, bytes]], texts: Sequence[tuple[str, bytes]], pictures: Sequence[str]
) -> list[str]:
    """What is said of files that gave no caption."""
    lone = [name for name, _ in texts if all(_rank_of(name, picture) is None for picture in pictures)]
    unread = {
        name: f"{name} is not read: put the caption into {_path(picture).stem}{ENDING}."
        for name, _ in files
        if (picture := next((one for one in pictures if _is_other_form(name, one)), None))
    }
    read = {name for name, _ in texts} | unread.keys()
    odd = [name for name, _ in files if name not in read and not is_list(_path(name).name)]
    if len(lone) > 1:
        others = counted(len(lone) - 1, "other text")
        said = [f"{lone[0]} and {others} belong to images that are not here: choose them together."]
    else:
        said = [f"{name} belongs to an image that is not here: choose both together." for name in lone]
    if inside := [name for name in odd if _path(name).parent.name]:  # nobody chose it by itself
        others = f" and {counted(len(inside) - 1, 'other file')}" if len(inside) > 1 else ""
        said.append(f"Left out of the folder, since no captions are read there: {inside[0]}{others}.")
    return [*said, *unread.values()]


def _is_other_form(name: str, picture: str) -> bool:
    path, image = _path(name), _path(picture)
    return path.parent == image.parent and other_form(path.name, image.name)


def _file_beside(picture: Path) -> Path | None:
    """The caption's file; of several, the one whose name is most like the picture's."""
    try:
        files = [path for path in picture.parent.iterdir() if not is_companion(path)]
    except (OSError, ValueError):
        return None
    ranked = [(rank, path) for path in files if (rank := _rank(path.name, picture.name)) is not None]
    return next((path for _, path in sorted(ranked) if path.is_file()), None)


def _rank(name: str, picture: str) -> tuple[int, int, bool] | None:
    """How far the name of a caption's file is from its picture's; None if it is of another picture."""
    text, image = Path(name), Path(picture)
    if text.suffix.lower() not in ENDINGS:
        return None
    names = (_same(image.stem), _same(image.name), _same(image.stem + ENDING))
    if _same(text.stem) not in names:
        return None
    return names.index(_same(text.stem)), ENDINGS.index(text.suffix.lower()), text.stem != image.stem


def _same(name: str) -> str:
    """A name as it is compared: some systems write other letters' forms and cases."""
    return normalized(name).casefold()


def read_caption(path: Path) -> str:
    """Read a caption: a text of a few lines at most."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_CAPTION + 1)
    except OSError as error:
        raise StudioError(unread_folder(path, error, "caption")) from error
    return caption_text(path.name, data)


def caption_text(name: str, data: bytes) -> str:
    """The caption in a text file of this name, on one line."""
    if len(data) > LARGEST_CAPTION:
        raise StudioError(f"The caption {name!r} is longer than {LARGEST_CAPTION} bytes: shorten it.")
    return tidy(decoded(data, f"The caption {name!r}"))


def captions_zip(captions: Iterable[tuple[str, str]]) -> bytes:
    """A zip with a text file for each (file name of a picture, caption).

    Of two pictures with one name and different captions, the second one's file gets a number.
    """
    files: dict[str, bytes] = {}
    kept: dict[str, str] = {}  # captions by names without capitals, which some disks do not tell apart
    for name, caption in captions:
        stem, number = Path(name).stem, 1
        taken = stem
        while kept.get(taken.lower(), caption) != caption:
            number += 1
            taken = f"{stem} ({number})"
        if taken.lower() not in kept:
            kept[taken.lower()] = caption
            files[taken + ENDING] = caption.encode() + b"\n"
    return zipped(files)


def references_zip(store: Store, project_id: str) -> bytes:
    """A zip with the pictures of a project's references, their captions and their masks."""
    files: dict[str, bytes] = {}
    for number, reference in enumerate(store.projects.references(project_id), start=1):
        files.update(_files_of(store, reference, f"reference-{number:02}"))
    return zipped(files)


def _files_of(store: Store, reference: Reference, stem: str) -> dict[str, bytes]:
    files = {
        f"{stem}.png": store.images.read(reference.image),
        f"{stem}{ENDING}": reference.prompt.encode() + b"\n",
    }
    if reference.mask is not None:
        files[f"{stem}{MASK_ENDING}"] = store.images.read(reference.mask)
    return files
