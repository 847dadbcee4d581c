"""Reads the icon art of four openly licensed packs as 128 px RGBA designs.

Packs come from npm as ``.tgz`` and are read as streams, never unpacked:

- Noto and Twemoji: ``img/<vendor>/64/<codepoint>.png``. 64 px is the largest size in
  these packs (``sheets-128`` counts colours, not pixels), and the single pictures equal
  the sheets, so no sheet positions are needed.
- Fluent 3D: WebP, 256 px. Fluent flat: SVG only, rasterised with ``resvg-py``.
"""

from __future__ import annotations

import io
import logging
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tools.pocket.data.concepts import CONCEPTS, Concept

LOG = logging.getLogger(__name__)

PACKS = ("noto", "twemoji", "fluent-3d", "fluent-flat")

NPM_NAMES = {
    "noto": "emoji-datasource-google@16.0.0",
    "twemoji": "emoji-datasource-twitter@16.0.0",
    "fluent-3d": "@lobehub/fluent-emoji-3d@1.1.0",
    "fluent-flat": "@lobehub/fluent-emoji-flat@1.1.0",
}

# As the packs state: READMEs for Noto and Twemoji (their LICENSE file, MIT, is about the
# data alone), package.json and README for Fluent (no LICENSE file inside).
ARTWORK_LICENCES = {
    "noto": "Apache-2.0",
    "twemoji": "CC-BY-4.0",
    "fluent-3d": "MIT",
    "fluent-flat": "MIT",
}

Key = tuple[str, str, str]  # concept, codepoint, pack

SIZE = 128
MARGIN = 4

_MEMBERS = {
    "noto": "package/img/google/64/{}.png",
    "twemoji": "package/img/twitter/64/{}.png",
    "fluent-3d": "package/assets/{}.webp",
    "fluent-flat": "package/assets/{}.svg",
}


@dataclass(frozen=True)
class Design:
    """One pack's drawing of a concept; ``rgba`` is (128, 128, 4) uint8, alpha not premultiplied."""

    concept: str
    codepoint: str
    pack: str
    rgba: np.ndarray


def archive_name(pack: str) -> str:
    """The file name that ``npm pack`` gives to a pack."""
    name, _, version = NPM_NAMES[pack].rpartition("@")
    return f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"


def fetch(folder: Path) -> None:
    """Download each missing pack into ``folder`` with ``npm pack``."""
    folder.mkdir(parents=True, exist_ok=True)
    for pack in PACKS:
        if not (folder / archive_name(pack)).exists():
            subprocess.run(["npm", "pack", NPM_NAMES[pack]], cwd=folder, check=True)


def load_designs(folder: Path) -> list[Design]:
    """All designs of all concepts, in concept, codepoint, pack order; cached beside the packs."""
    cache = folder / "designs.npz"
    wanted = _wanted(CONCEPTS)
    stored = _read_cache(cache, wanted)
    if stored is None:
        stored = {}
        for pack in PACKS:
            stored.update(_read_pack(folder / archive_name(pack), pack, wanted))
        _write_cache(cache, wanted, stored)
    designs = [Design(*key, stored[key]) for key in wanted if key in stored]
    _report(wanted, designs)
    return designs


def counts(designs: Iterable[Design]) -> dict[str, int]:
    """How many designs each concept has; 0 for a concept with none."""
    found = Counter(design.concept for design in designs)
    return {concept.name: found[concept.name] for concept in CONCEPTS}


def _wanted(concepts: Iterable[Concept]) -> list[Key]:
    return [(c.name, code, pack) for c in concepts for code in c.codepoints for pack in PACKS]


def _read_pack(path: Path, pack: str, wanted: list[Key]) -> dict[Key, np.ndarray]:
    """Stream one archive once and keep the wanted drawings."""
    places = {}
    for key in wanted:
        if key[2] == pack:
            for code in (key[1].replace("-fe0f", ""), key[1]):
                places[_MEMBERS[pack].format(code)] = key
    found = {}
    for name, data in _members(path, set(places)):
        found[places[name]] = fit(_decode(name, data))
    return found


def _members(path: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.name in names:
                stream = archive.extractfile(member)
                if stream is not None:
                    yield member.name, stream.read()


def _decode(name: str, data: bytes) -> Image.Image:
    """A picture from PNG, WebP or SVG bytes."""
    if name.endswith(".svg"):
        import resvg_py  # needed for one pack only

        text = data.decode("utf-8")
        data = bytes(resvg_py.svg_to_bytes(svg_string=text, width=4 * SIZE, height=4 * SIZE))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def fit(picture: Image.Image, size: int = SIZE, margin: int = MARGIN) -> np.ndarray:
    """Crop to the alpha box, scale to ``size`` less the margins, centre; (size, size, 4) uint8."""
    box = picture.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        raise ValueError("the picture is wholly transparent")
    cut = picture.crop(box)
    scale = (size - 2 * margin) / max(cut.size)
    width, height = (max(1, round(side * scale)) for side in cut.size)
    # Premultiplied, so that the hidden colour of clear pixels does not bleed into the edges.
    small = cut.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(small, ((size - width) // 2, (size - height) // 2))
    return np.asarray(canvas, dtype=np.uint8).copy()


def _label(key: Key) -> str:
    return "/".join(key)


def _read_cache(path: Path, wanted: list[Key]) -> dict[Key, np.ndarray] | None:
    """The cached drawings, or None when the cache was made for other concepts."""
    if not path.exists():
        return None
    with np.load(path) as stored:
        if stored["asked"].tolist() != [_label(key) for key in wanted]:
            return None
        keys = [tuple(label.split("/")) for label in stored["found"].tolist()]
        return {(k[0], k[1], k[2]): rgba for k, rgba in zip(keys, stored["rgba"], strict=True)}


def _write_cache(path: Path, wanted: list[Key], found: dict[Key, np.ndarray]) -> None:
    np.savez_compressed(
        path,
        asked=np.array([_label(key) for key in wanted]),
        found=np.array([_label(key) for key in found]),
        rgba=np.stack(list(found.values())),
    )


def _report(wanted: list[Key], designs: list[Design]) -> None:
    """Log what is missing and how many designs each concept has."""
    present = {(d.concept, d.codepoint, d.pack) for d in designs}
    for key in wanted:
        if key not in present:
            LOG.info("no design %s", _label(key))
    for name, number in counts(designs).items():
        LOG.log(logging.WARNING if number < 3 else logging.INFO, "%s: %d designs", name, number)
