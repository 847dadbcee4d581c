"""Read the vector art of eleven openly licensed icon sets (Iconify packages on npm) as RGBA pictures.

A set is one ``.tgz`` of a few hundred kilobytes. All of them together have 12 MB, so that the source of all
training pictures fits into one file. `MEASURED` is for evaluation only and never trained on.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from workshop.pocket.data.concepts import HELD_OUT_DESIGNS

SIZE = 192
MARGIN = 2


Run = Callable[..., Iterable[np.ndarray | None]]


@dataclass(frozen=True)
class ArtSet:
    """One icon set: its npm version, and the licence of its artwork according to its ``info.json``."""

    version: str
    licence: str
    author: str


SETS: dict[str, ArtSet] = {
    "noto": ArtSet("1.2.9", "Apache-2.0", "Google Inc"),
    "noto-v1": ArtSet("1.2.5", "Apache-2.0", "Google Inc"),
    "twemoji": ArtSet("1.2.5", "CC-BY-4.0", "Twitter, Inc and other contributors"),
    "fluent-emoji-flat": ArtSet("1.2.6", "MIT", "Microsoft Corporation"),
    "emojione": ArtSet("1.2.3", "CC-BY-4.0", "EmojiTwo (from EmojiOne 2)"),
    "fxemoji": ArtSet("1.2.2", "Apache-2.0", "Mozilla"),
    "streamline-emojis": ArtSet("1.2.4", "CC-BY-4.0", "Streamline"),
    "streamline-ultimate-color": ArtSet("1.2.2", "CC-BY-4.0", "Streamline"),
    "streamline-freehand-color": ArtSet("1.2.2", "CC-BY-4.0", "Streamline"),
    "streamline-plump": ArtSet("1.2.0", "CC-BY-4.0", "Streamline"),
    "flat-color-icons": ArtSet("1.2.3", "MIT", "Icons8"),
}
MEASURED = {"openmoji": ArtSet("1.2.29", "CC-BY-SA-4.0", "OpenMoji")}
EMOJI = ("noto", "noto-v1", "twemoji", "fluent-emoji-flat", "emojione", "fxemoji", "streamline-emojis")

_SKIPPED = re.compile("skin-tone|people-holding|-hair|^(flag-|family|couple|kiss-|man-|woman-|men-|women-)")


def archive_name(name: str) -> str:
    """The file name that ``npm pack`` gives to a set."""
    return f"iconify-json-{name}-{(SETS | MEASURED)[name].version}.tgz"


def fetch(folder: Path, names: Iterable[str] = SETS) -> None:
    """Download each missing set into ``folder`` with ``npm pack``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (folder / archive_name(name)).exists():
            pack(f"@iconify-json/{name}@{(SETS | MEASURED)[name].version}", folder)


def pack(package: str, folder: Path) -> None:
    """Download a package; npm says nothing but what goes wrong."""
    command = ["npm", "pack", "--loglevel=error", package]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def read_set(folder: Path, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The SVG source of each icon by name, and the icon names by code point (empty if the set has none)."""
    with tarfile.open(folder / archive_name(name)) as archive:
        stored = _json(archive, "package/icons.json")
        known = "package/chars.json" in archive.getnames()
        names = _json(archive, "package/chars.json") if known else {}
    return {icon: svg_of(stored, icon) for icon in stored["icons"]}, names


def _json(archive: tarfile.TarFile, name: str) -> dict:
    stream = archive.extractfile(name)
    assert stream is not None, name
    return json.loads(stream.read())


def svg_of(stored: dict, icon: str) -> str:
    """A complete SVG of one icon; shapes without a colour of their own become near-black."""
    drawn = stored["icons"][icon]
    width, height = (drawn.get(side, stored.get(side, 16)) for side in ("width", "height"))
    body = drawn["body"].replace("currentColor", "#181818")
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = f'<svg {spaces} viewBox="0 0 {width} {height}">'
    return f"{head}{body}</svg>"


@cache
def held_out_names(folder: Path) -> frozenset[tuple[str, str]]:
    """The (set, icon) pairs of the held-out designs, which are never trained on."""
    found = set()
    for name in ("noto", "twemoji"):
        names = read_set(folder, name)[1]
        for _, codepoint, pack in HELD_OUT_DESIGNS:
            if pack == name:
                found.add((name, names.get(codepoint) or names[codepoint.removesuffix("-fe0f")]))
    return frozenset(found)


def is_general(icon: str) -> bool:
    """Whether an icon is used: no flags, no variants with other skin or hair."""
    return not _SKIPPED.search(icon)


def fit(picture: Image.Image, size: int, margin: int) -> np.ndarray:
    """Crop to the alpha box, scale to ``size`` minus the margins, and centre; (size, size, 4) uint8."""
    box = picture.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        raise ValueError("the picture is wholly transparent")
    cut = picture.crop(box)
    scale = (size - 2 * margin) / max(cut.size)
    width, height = (max(1, round(side * scale)) for side in cut.size)
    # Premultiplied, so that the colour of transparent pixels does not bleed into the edges.
    small = cut.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(small, ((size - width) // 2, (size - height) // 2))
    return np.asarray(canvas, dtype=np.uint8).copy()


def draw_svg(svg: str, side: int) -> Image.Image:
    """Rasterise an SVG to an RGBA picture of ``side`` px."""
    import resvg_py  # a dependency of the tools only

    data = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def rasterise(svg: str, size: int = SIZE, margin: int = MARGIN) -> np.ndarray | None:
    """RGBA uint8 (size, size, 4), cropped and centred; None for an empty icon."""
    picture = draw_svg(svg, size + 64)
    return None if picture.getbbox() is None else fit(picture, size, margin)


def general_icons(folder: Path, names: Iterable[str] = SETS) -> Iterator[tuple[str, str, str]]:
    """The set, the name and the SVG of each icon that may be trained on."""
    barred = held_out_names(folder)
    for name in names:
        if name in MEASURED:
            raise ValueError(f"{name} is for measuring only")
        for icon, svg in read_set(folder, name)[0].items():
            if is_general(icon) and (name, icon) not in barred:
                yield name, icon, svg


def write_bank(folder: Path, target: Path, every: int = 1, run: Run = map) -> np.ndarray:
    """Rasterise every n-th trainable icon into one uint8 array (n, 192, 192, 4), cached as .npy.

    `run` maps a function over the icons, such as `map` of a process pool.
    """
    if not target.exists():
        svgs = [svg for _, _, svg in general_icons(folder)][::every]
        part = target.with_suffix(".part.npy")
        np.save(part, np.stack([picture for picture in run(rasterise, svgs) if picture is not None]))
        part.rename(target)
    return np.load(target, mmap_mode="r")
