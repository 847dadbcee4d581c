"""Where a picture of several subjects shows each of them, and that part alone as a picture of its own."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags, foreground_patches, resize
from gal_studio.core.patchdpo.patch_quality import Judged, Map, assign_subjects, quality_by_subject
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask, large_pieces
from gal_studio.engine.patches.tower import VisionTower
from gal_studio.research.evaluation.embedding import model_identity
from gal_studio.state.files.content_store import png_of, write_whole
from gal_studio.state.files.errors import make_folder
from gal_studio.state.images.decode import SMALLEST_EDGE
from gal_studio.state.images.read import read_picture

WHITE = (255, 255, 255)
MADE_OF, SHARE = "made-of", "share"  # names of the texts in a part's file


@dataclass(frozen=True)
class OwnPart:
    """The part of a picture that shows a subject, as a file; `share` in [0, 1] of the picture's area."""

    path: Path
    share: float


def own_masks(
    picture: Image.Image, tower: VisionTower, subjects: Mapping[str, Sequence[Judged]]
) -> dict[str, Flags]:
    """Where a picture (H, W) shows each subject, (H, W) of bool; no pixel is in two masks.

    A pixel of the foreground belongs to the subject whose q(x) of Eq. P4 is the largest there, after bilinear
    resampling; specks are dropped. A picture without a foreground is taken whole.
    """
    width, height = picture.size
    found = quality_by_subject(tower.patches([picture])[0], subjects)
    inside = foreground(picture, np.max(list(found.values()), axis=0))
    assigned = assign_subjects({name: resize(values, height, width) for name, values in found.items()})
    return {name: large_pieces(flags & inside) for name, flags in assigned.items()}


def foreground(picture: Image.Image, guide: Map | None = None) -> Flags:
    """The foreground of a picture, (H, W); everything if nothing stands out from its border."""
    try:
        mask = foreground_mask(picture, None if guide is None else lambda: guide)
    except NoForegroundError:
        return np.ones((picture.height, picture.width), dtype=bool)
    return np.asarray(mask) > 127


def judged(picture: Image.Image, tower: VisionTower) -> Judged:
    """The patch features of a reference (Eq. P2) and the patches of its foreground (None: all)."""
    features = tower.patches([picture])[0]
    with suppress(StudioError):  # of everything, or too small to judge
        return features, foreground_patches(foreground(picture).astype(np.float64), *features.shape[:2])
    return features, None


def cut_out(picture: Image.Image, mask: NDArray[np.bool_]) -> Image.Image:
    """What the mask (H, W) shows, in the middle of the smallest white square; all white if it is empty."""
    if not mask.any():
        return Image.new("RGB", picture.size, WHITE)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    shown = Image.composite(
        picture.convert("RGB"), Image.new("RGB", picture.size, WHITE), Image.fromarray(mask)
    ).crop(box)
    side = max(*shown.size, SMALLEST_EDGE)
    square = Image.new("RGB", (side, side), WHITE)
    square.paste(shown, ((side - shown.width) // 2, (side - shown.height) // 2))
    return square


class OwnParts:
    """Cuts subjects out of pictures into files; a file that was made of the same is not made again."""

    def __init__(
        self,
        folder: Path,
        vision: str,
        open_tower: Callable[[], VisionTower],
        references: Mapping[str, Sequence[Path]],
    ) -> None:
        self._folder, self._open_tower, self._references = folder, open_tower, references
        known = [
            model_identity(vision),
            *(f"{name} {_digest(path)}" for name, paths in references.items() for path in paths),
        ]
        self._made_of = hashlib.sha256("\n".join(known).encode()).hexdigest()
        self._subjects: dict[str, list[Judged]] | None = None

    def references(self, name: str) -> Iterator[OwnPart]:
        """The subject in each of its references, before white."""
        for path in self._references[name]:
            part = self._folder / name / "references" / f"{path.name}.png"
            known = _known(part, _digest(path))
            if known is None:
                picture = read_picture(path)[0]
                known = self._write(part, picture, foreground(picture), _digest(path))
            yield known

    def of(self, path: Path) -> dict[str, OwnPart]:
        """Each subject in a generated picture, by its name; its share is 0 where it is shown nowhere."""
        made_of = hashlib.sha256(f"{self._made_of} {_digest(path)}".encode()).hexdigest()
        files = {name: self._folder / name / f"{path.stem}.png" for name in self._references}
        known = {name: part for name, file in files.items() if (part := _known(file, made_of)) is not None}
        if len(known) < len(files):
            picture = read_picture(path)[0]
            masks = own_masks(picture, self._open_tower(), self._judged())
            known = {name: self._write(files[name], picture, masks[name], made_of) for name in files}
        return known

    def _judged(self) -> dict[str, list[Judged]]:
        if self._subjects is None:
            self._subjects = {
                name: [judged(read_picture(path)[0], self._open_tower()) for path in paths]
                for name, paths in self._references.items()
            }
        return self._subjects

    def _write(self, path: Path, picture: Image.Image, mask: Flags, made_of: str) -> OwnPart:
        share, texts = float(mask.mean()), PngInfo()
        texts.add_text(MADE_OF, made_of)
        texts.add_text(SHARE, repr(share))
        make_folder(path.parent)
        write_whole(path, png_of(cut_out(picture, mask), pnginfo=texts), self._folder)
        return OwnPart(path, share)


def _known(path: Path, made_of: str) -> OwnPart | None:
    """A part that was cut out before of the same; None if it is missing, damaged or of something else."""
    with suppress(OSError, UnidentifiedImageError, ValueError, SyntaxError), Image.open(path) as picture:
        picture.load()
        if picture.info.get(MADE_OF) == made_of:
            return OwnPart(path, float(picture.info[SHARE]))
    return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
