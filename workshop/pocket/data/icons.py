"""Read the icons of eight openly licensed packs as 128 px RGBA designs of the concepts.

Seven are vector sets (`art.SETS`), which have sharp edges; Fluent 3D is WebP at 256 px. The packs are
``.tgz`` files from npm, which are read as streams without unpacking them.
"""

from __future__ import annotations

import io
import logging
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from workshop.pocket.data import art
from workshop.pocket.data.concepts import CONCEPTS, Concept

LOG = logging.getLogger(__name__)

VECTOR_PACKS = {
    "noto": "noto",
    "noto-v1": "noto-v1",
    "twemoji": "twemoji",
    "fluent-flat": "fluent-emoji-flat",
    "emojione": "emojione",
    "fxemoji": "fxemoji",
    "streamline": "streamline-emojis",
}
SOLID_PACK = "fluent-3d"
PACKS = (*VECTOR_PACKS, SOLID_PACK)

SOLID_NPM_NAME = "@lobehub/fluent-emoji-3d@1.1.0"
SOLID_LICENCE = "MIT"  # package.json and README; no licence file inside

Key = tuple[str, str, str]  # concept, codepoint, pack

SIZE = 128
MARGIN = 4


@dataclass(frozen=True)
class Design:
    """A pack's drawing of a concept; ``rgba`` is (128, 128, 4) uint8, not premultiplied."""

    concept: str
    codepoint: str
    pack: str
    rgba: np.ndarray


def archive_name(pack: str) -> str:
    """The file name that ``npm pack`` gives to a pack."""
    if pack in VECTOR_PACKS:
        return art.archive_name(VECTOR_PACKS[pack])
    name, _, version = SOLID_NPM_NAME.rpartition("@")
    return f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"


def fetch(folder: Path) -> None:
    """Download each missing pack into ``folder`` with ``npm pack``."""
    art.fetch(folder, VECTOR_PACKS.values())
    if not (folder / archive_name(SOLID_PACK)).exists():
        art.pack(SOLID_NPM_NAME, folder)


def load_designs(folder: Path) -> list[Design]:
    """All designs of all concepts, in concept, codepoint, pack order; cached beside the packs."""
    cache = folder / "designs.npz"
    wanted = _wanted(CONCEPTS)
    stored = _read_cache(cache, wanted)
    if stored is None:
        stored = {}
        for pack in PACKS:
            stored.update(_read_pack(folder, pack, wanted))
        _write_cache(cache, wanted, stored)
    designs = [Design(*key, stored[key]) for key in wanted if key in stored]
    _report(wanted, designs)
    return designs


def counts(designs: Iterable[Design]) -> dict[str, int]:
    """The number of designs of each concept."""
    found = Counter(design.concept for design in designs)
    return {concept.name: found[concept.name] for concept in CONCEPTS}


def _wanted(concepts: Iterable[Concept]) -> list[Key]:
    return [(c.name, code, pack) for c in concepts for code in c.codepoints for pack in PACKS]


def _read_pack(folder: Path, pack: str, wanted: list[Key]) -> dict[Key, np.ndarray]:
    keys = [key for key in wanted if key[2] == pack]
    if pack == SOLID_PACK:
        return _read_solid(folder / archive_name(pack), keys)
    svgs, names = art.read_set(folder, VECTOR_PACKS[pack])
    # Packs that do not say which code point an icon draws name it as Noto does, or nearly so.
    spoken = names or art.read_set(folder, "noto")[1]
    found = {}
    for key in keys:
        icon = next((name for name in icon_names(spoken, key[1]) if name in svgs), None)
        if icon is not None:
            found[key] = fit(art.draw_svg(svgs[icon], 4 * SIZE))
    return found


def icon_names(names: dict[str, str], codepoint: str) -> tuple[str, ...]:
    """The possible names of the icon of a code point: ``black-cat``, ``blackcat``, ``black-cat-1``."""
    name = names.get(codepoint) or names.get(codepoint.removesuffix("-fe0f"))
    return () if name is None else (name, name.replace("-", ""), f"{name}-1")


def _read_solid(path: Path, keys: list[Key]) -> dict[Key, np.ndarray]:
    """Read the pack of pictures once and keep the wanted drawings."""
    places = {}
    for key in keys:
        for code in (key[1].replace("-fe0f", ""), key[1]):
            places[f"package/assets/{code}.webp"] = key
    found = {}
    for name, data in _members(path, set(places)):
        found[places[name]] = fit(Image.open(io.BytesIO(data)).convert("RGBA"))
    return found


def _members(path: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.name in names:
                stream = archive.extractfile(member)
                if stream is not None:
                    yield member.name, stream.read()


def fit(picture: Image.Image, size: int = SIZE, margin: int = MARGIN) -> np.ndarray:
    """Crop a picture to its contents and centre it with a margin; (size, size, 4) uint8."""
    return art.fit(picture, size, margin)


def _label(key: Key) -> str:
    return "/".join(key)


def _read_cache(path: Path, wanted: list[Key]) -> dict[Key, np.ndarray] | None:
    """The cached drawings, or None if the cache was made for other concepts."""
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
