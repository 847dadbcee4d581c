"""The maps of a refinement's pairs as files: q and r of Eq. P4 to P6."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gal_studio.core.types import Round
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import make_folder
from gal_studio.state.tables.refinements import MapKind
from gal_studio.studio import Studio
from gal_studio.studio.views.types import PatchMap

KINDS: tuple[MapKind, ...] = ("quality", "reproduction")
ENLARGED = 16
"""Pixels of a patch along each side."""


def write_maps(studio: Studio, node: Round, out: Path) -> None:
    """Write the maps of all pairs of a refinement that have them: an `.npz`, and a grey PNG for each.

    Pairs are numbered in their order from 1; where several subjects were judged, each has maps of its own.
    """
    label = f"round-{node.number}-refined"
    arrays: dict[str, Any] = {}
    rows: list[tuple[str, int, str]] = []
    for pair in studio.refinement_view(node.id).pairs:
        found = {kind: {one.subject: one for one in studio.patch_maps(pair.id, kind)} for kind in KINDS}
        for subject in found["quality"].keys() & found["reproduction"].keys():
            rows.append((pair.prompt, pair.seed, subject))
            for kind, maps in found.items():
                name = f"{kind}-{len(rows):02d}"
                arrays[name] = _array(maps[subject])
                _write_picture(arrays[name], out / "maps" / label / f"{name}.png")
    if rows:
        prompts, seeds, subjects = zip(*rows, strict=True)
        made = io.BytesIO()
        np.savez(made, prompts=prompts, seeds=np.array(seeds, np.uint64), subjects=subjects, **arrays)
        write_whole(out / f"maps-{label}.npz", made.getvalue(), out)


def _array(given: PatchMap) -> Any:
    return np.array(given.values, dtype="<f4").reshape(given.height, given.width)


def _write_picture(values: Any, path: Path) -> None:
    """A grey picture of a map (h, w): black is 0, white is 1."""
    make_folder(path.parent)
    grey = Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))
    made = io.BytesIO()
    grey.resize((grey.width * ENLARGED, grey.height * ENLARGED), Image.Resampling.NEAREST).save(made, "PNG")
    write_whole(path, made.getvalue(), path.parent)
