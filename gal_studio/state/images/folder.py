"""The images of a folder: one list of endings, and what is said of files that are left out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from gal_studio.core.words import counted, listed
from gal_studio.state.files.paths import is_companion

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif"),
    "MPO": (".mpo",),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif", ".avifs"),
    "HEIF": (".heic", ".heics", ".heif", ".heifs", ".hif"),
}
"""How names of images end, in any case of letters, by the formats that are decoded."""
_ALL = frozenset(ending for endings in ENDINGS.values() for ending in endings)
_BESIDE = frozenset(
    {".txt", ".caption", ".json", ".jsonl", ".csv", ".tsv", ".npz", ".toml", ".yaml", ".yml", ".md"}
)
"""Endings of what people and other programs keep beside images: captions, lists, notes, caches."""
_SHOWN = 4


def is_picture(path: Path) -> bool:
    """Whether a file is an image by its name, and a person's own."""
    return path.suffix.lower() in _ALL and not is_companion(path)


def left_out(*folders: Path) -> str:
    """What is said of the files of folders that are neither images nor kept beside them; "" without any.

    As in `3 files are left out, since the studio reads no .mov and .psd`.
    """
    kinds: Counter[str] = Counter()
    for path in _files(folders):
        if not is_picture(path) and path.suffix.lower() not in _BESIDE and not is_companion(path):
            kinds[path.suffix.lower() or "files without an ending"] += 1
    number = sum(kinds.values())
    if not number:
        return ""
    shown = [kind for kind, _ in kinds.most_common(_SHOWN)]
    rest = ["others"] if len(kinds) > _SHOWN else []
    are, names = "is" if number == 1 else "are", listed([*shown, *rest], "or")
    return f"{counted(number, 'file')} {are} left out, since the studio reads no {names}"


def _files(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        try:
            yield from (path for path in folder.iterdir() if path.is_file())
        except OSError:  # whoever reads the folder says so
            continue
