"""What is rated: the images of a folder, of a table or of a project's benchmark, with their prompts."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PIL import Image

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.core.measures.report import Arm
from gal_studio.core.types import Kind
from gal_studio.research.rating.labels import read_rows
from gal_studio.state.images.folder import is_picture
from gal_studio.studio import Studio

FILE_COLUMNS = ("image", "picture", "file", "path")
"""Which column of a table names the image's file, the first that is there."""
_NUMBERED = re.compile(r"^(?P<prompt>.+)-\d+$")


@dataclass(frozen=True)
class Item:
    """An image that is rated: its prompt, whose reference it belongs to, and all that a table says of it."""

    open: Callable[[], Image.Image]
    prompt: str
    reference: str
    told: Mapping[str, str]


@dataclass(frozen=True)
class Rated:
    """What is rated, with the references by name ("" for all), and what these show, if that is known."""

    items: Sequence[Item]
    references: Mapping[str, Sequence[Image.Image]] = field(default_factory=dict)
    kind: Kind | None = None

    def references_of(self, name: str) -> Sequence[Image.Image]:
        """The references that are shown beside an image."""
        return self.references.get(name) or self.references.get("", ())


def items_of_table(path: Path) -> list[Item]:
    """The images that a CSV table names, by paths relative to it, with the column `prompt`."""
    rows = read_rows(path)
    column = next((name for name in FILE_COLUMNS if name in rows[0]), None)
    if column is None or "prompt" not in rows[0]:
        raise StudioError(f"{path} needs the columns image and prompt; it has {', '.join(rows[0])}.")
    found = []
    for place, row in enumerate(rows, start=2):
        picture = path.parent / row[column]
        if not row[column] or not os.path.isfile(picture):
            raise StudioError(f"{path}, line {place}: {missing(picture, 'image')}")
        told = {"image": row[column], **{name: value for name, value in row.items() if name != column}}
        found.append(Item(partial(_open, picture), row["prompt"], row.get("reference", ""), told))
    return found


def items_of_folder(folder: Path) -> list[Item]:
    """The images of a folder and of the folders in it, which then are references.

    An image's prompt is that of the text beside it, or else its name, without a number at the end.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        depth = len(path.relative_to(folder).parts)
        if not is_picture(path) or depth > 2 or not path.is_file():
            continue
        reference = path.parent.name if depth == 2 else ""
        prompt, name = _prompt_of(path), path.relative_to(folder).as_posix()
        told = {"reference": reference, "image": name, "prompt": prompt}
        found.append(Item(partial(_open, path), prompt, reference, told))
    if not found:
        raise StudioError(f"{folder} holds no images: give a folder with PROMPT.png files, or a CSV table.")
    return found


def _prompt_of(path: Path) -> str:
    beside = path.with_suffix(".txt")
    if beside.is_file():
        try:
            return " ".join(beside.read_text(encoding="utf-8-sig").split())
        except UnicodeDecodeError as error:
            raise StudioError(f"{beside} is not UTF-8 text: save it as UTF-8.") from error
    numbered = _NUMBERED.match(path.stem)
    return numbered["prompt"] if numbered else path.stem


def references_in(folder: Path) -> dict[str, list[Image.Image]]:
    """The references of a folder, and by name those of the folders in it."""
    found: dict[str, list[Image.Image]] = {}
    for item in items_of_folder(folder):
        found.setdefault(item.reference, []).append(item.open())
    return found


def rated_project(studio: Studio, project_id: str) -> Rated:
    """The benchmark images of a project: each round at full strength, and by its best schedule."""
    store, measures = studio.store, studio.measures(project_id)
    project = store.projects.get(project_id)
    arms = [
        *(report.arm for report in measures.reports.values()),
        *(report.arm for reports in measures.by_schedule.values() for report in reports),
    ]
    items = list(_items_of_arms(arms, project.name, store.images.picture))
    if not items:
        raise StudioError(f"{project.name} has no benchmark images yet: measure its rounds first.")
    pictures = [store.images.picture(each.image) for each in store.projects.references(project_id)]
    return Rated(items, {"": pictures}, project.kind)


def _items_of_arms(
    arms: Iterable[Arm], reference: str, picture: Callable[[str], Image.Image]
) -> Iterable[Item]:
    for arm in arms:
        for (prompt, seed), drawn in sorted(arm.part("held_out").items()):
            told = {
                "reference": reference, "arm": arm.name, "schedule": arm.recipe.words, "prompt": prompt,
                "seed": str(seed), "image": drawn.candidate.image,
            }  # fmt: skip
            yield Item(partial(picture, drawn.candidate.image), prompt, reference, told)


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise StudioError(f"{path} cannot be read as an image: {error}.") from error
