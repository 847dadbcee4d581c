"""What other packages bring to the page's side: views are entry points of the group `gal_studio.views`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core import plug_ins
from gal_studio.core.entry_points import PlugIns

FOLDER = "plug_ins"
LIST = "rounds/views/plug_ins.js"


@dataclass(frozen=True)
class View:
    """A view of the candidates: its tab has the `label`, and `script` is the module that exports `mount`.

    `style` is its stylesheet. Both are files of the package that brings it (docs/python.md).
    """

    name: str
    label: str
    script: Path
    style: Path | None = None

    def files(self) -> dict[str, bytes]:
        """Its files by the names under which the page loads them; raises if one cannot be read."""
        both = {"js": self.script, "css": self.style}
        return {
            f"{FOLDER}/{self.name}.{kind}": Path(path).read_bytes() for kind, path in both.items() if path
        }


def _accept(value: Any) -> View:
    if not isinstance(value, View):
        raise TypeError(f"{value!r} is not a view")
    value.files()
    return value


VIEWS: PlugIns[View] = PlugIns("gal_studio.views", _accept, lambda view: view.name)
"""The views of all plug-ins."""


def problems() -> tuple[str, ...]:
    """One sentence for each plug-in that the page cannot use; model families are the worker's."""
    return (*plug_ins.problems(), *VIEWS.problems)


def brought() -> tuple[str, ...]:
    """What each plug-in of the page's side is."""
    return (*plug_ins.brought(), *VIEWS.brought)


def plug_in_files() -> Mapping[str, bytes]:
    """The files of all such views, and the module that lists them for the page."""
    views = VIEWS.load().values()
    listed = [[view.name, view.label, f"../../{FOLDER}/{view.name}.js"] for view in views]
    found = {name: data for view in views for name, data in view.files().items()}
    return {**found, LIST: f"export const PLUG_INS = {json.dumps(listed)};\n".encode()}
