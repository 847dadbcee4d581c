"""Serve the page's stylesheets and modules, with addresses that browsers may cache forever."""

import functools
import hashlib
import json
import re
from pathlib import Path

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse

from gal_studio.assets import assets_folder
from gal_studio.core.taught.registry import TAUGHT
from gal_studio.studio.plug_ins import plug_in_files
from gal_studio.ui.api.whole_file import METHODS
from gal_studio.ui.page.joined import Joined

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
NEVER = {"Cache-Control": "no-store"}
_TYPES = {
    ".js": "text/javascript", ".map": "application/json", ".css": "text/css", ".svg": "image/svg+xml",
    ".png": "image/png",
}  # fmt: skip
MANIFEST_PATH = "manifest.webmanifest"
ICON_SIZES = (192, 512)  # pixels
THEME = (  # set before the first paint, so that the page does not flash
    "<script>(() => { let kept = null; try { kept = localStorage.getItem('gal-studio-theme'); } catch {}"
    " document.documentElement.dataset.theme = kept ??"
    " (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'); })();</script>"
)
_FIRST = (
    "kit/styles/tokens", "kit/styles/base", "kit/styles/controls", "how/how", "top/top", "rounds/rounds",
    "rounds/strip/strip", "rounds/changes", "rounds/suggestion", "rounds/actions", "rounds/grid/grid",
    "rounds/grid/tile", "rounds/turn/turn", "rounds/tabs", "rounds/views/views", "rounds/choices/choices",
    "rounds/desk/desk", "kit/styles/dialogs", "rounds/lightbox/compare",
    "brush/brush",
    "reference/reference", "reference/form/picture_set", "reference/form/form", "reference/projects",
    "reference/anchors_editor", "results/results", "results/sheet", "viewer/viewer",
    "results/finish",
    "results/measured", "top/queue", "rounds/map/map", "rounds/map/controls",
    "rounds/waiting/waiting", "rounds/tour/tour",
)  # fmt: skip
"""The stylesheets whose order matters; the others come after these, by name."""
_LAST = (
    "kit/styles/small", "kit/styles/phone", "kit/styles/large", "kit/styles/touch", "kit/styles/forced",
)  # fmt: skip
"""Those for sizes of the window, fingers and forced colours, which overrule all others."""
_OF_ANOTHER_PAGE = "sign_in/"
FEATURES = "features.js"
"""The module that imports what each feature adds to the page."""
KINDS = "app/kinds.js"
"""The module of what a project may learn."""
_OF_A_FEATURE = re.compile("features/[^/]+/feature.js")


def ui_folder() -> Path:
    """The folder of the page's files, in a checkout or in an installed package."""
    return assets_folder() / "ui"


@functools.cache
def files() -> dict[str, bytes]:
    """The modules and the icons by name, those of features and plug-ins too, and all stylesheets as one."""
    found = {
        path.relative_to(ui_folder()).as_posix(): path.read_bytes()
        for path in ui_folder().rglob("*")
        if path.suffix in (".js", ".svg", ".png")
    }
    brought = "".join(f'import "./{name}";\n' for name in sorted(found) if _OF_A_FEATURE.fullmatch(name))
    plugged = {**plug_in_files(), FEATURES: brought.encode(), KINDS: _kinds().encode()}
    styles = [
        *((ui_folder() / f"{name}.css").read_bytes() for name in style_names()),
        *(data for name, data in plugged.items() if name.endswith(".css")),
    ]
    return {**found, **plugged, "studio.css": b"\n".join(styles)}


def _kinds() -> str:
    names = ("is_subject", "has_trigger_word", "one", "called", "images", "repeats", "prompt", "anchor")
    told = {taught.name: {name: getattr(taught, name) for name in names} for taught in TAUGHT}
    return f"export const TAUGHT = {json.dumps(told, ensure_ascii=False)};\n"


@functools.cache
def served() -> dict[str, bytes]:
    """The files as the page gets them: its modules are one, and at their own addresses a part of that."""
    joined = Joined.of(files(), "boot.js")
    alone = {one.name: one.alone.encode() for one in joined.modules}
    whole = {"studio.js": joined.text.encode(), "studio.js.map": joined.source_map.encode()}
    return {**files(), **alone, **whole}


def style_names() -> list[str]:
    """All stylesheets of the page, in the order in which they are joined."""
    names = {path.relative_to(ui_folder()).with_suffix("").as_posix() for path in ui_folder().rglob("*.css")}
    named = (*_FIRST, *_LAST)
    rest = sorted(name for name in names.difference(named) if not name.startswith(_OF_ANOTHER_PAGE))
    return [*_FIRST, *rest, *_LAST]


@functools.cache
def version() -> str:
    """A fingerprint of the files. It is part of their addresses, so that cached old files are not used."""
    digest = hashlib.sha256()
    for name, data in sorted(files().items()):
        digest.update(name.encode() + data)
    return digest.hexdigest()[:12]


def ui_address(name: str) -> str:
    """The address of one of the page's files, as all of ours relative to that of the page."""
    return f"ui/{version()}/{name}"


def template(name: str) -> str:
    """The static HTML of a panel."""
    return (ui_folder() / f"{name}.html").read_text(encoding="utf-8")


def how() -> str:
    """The chapters of "How is this computed?", those of features last."""
    own = (path.read_text(encoding="utf-8") for path in sorted(ui_folder().glob("features/*/how.html")))
    return template("how/how").replace("</template>", "".join([*own, "</template>"]))


def manifest() -> dict[str, object]:
    """The web manifest, with which a browser can install the page as an application."""
    icons = [
        {"src": ui_address(f"icons/studio-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICON_SIZES
    ]
    whole = {"src": ui_address("kit/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    masked = {**icons[-1], "src": ui_address("icons/studio-maskable.png"), "purpose": "maskable"}
    return {
        "id": "./",
        "name": "GAL Studio",
        "short_name": "GAL Studio",
        "description": "Train a LoRA round by round.",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#16161a",
        "theme_color": "#5b5bd6",
        "icons": [*icons, masked, whole],
    }


def add_static_routes(app: FastAPI) -> None:
    """Serve the page's files from memory."""

    @app.api_route(f"/{MANIFEST_PATH}", methods=METHODS)
    async def web_manifest() -> Response:
        return JSONResponse(manifest(), headers=NEVER, media_type="application/manifest+json")

    @app.api_route("/favicon.ico", methods=METHODS)
    async def favicon() -> Response:
        return Response(files()["kit/icon.svg"], media_type="image/svg+xml", headers=FOREVER)

    @app.api_route("/ui/{stamp}/{name:path}", methods=METHODS)
    async def ui_file(stamp: str, name: str) -> Response:
        if name not in served():
            raise HTTPException(404, "There is no such file.")
        headers = FOREVER if stamp == version() else NEVER
        return Response(served()[name], media_type=_TYPES[Path(name).suffix], headers=headers)
