"""Build the app: panels in Gradio Blocks, mounted in FastAPI together with pictures and static files."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: no data may leave the machine
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(2**62)  # its figures on calls, which nobody can see
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"

from gal_studio.ui.proxies import without_proxies

with without_proxies():
    import gradio as gr

from fastapi import FastAPI

from gal_studio.core.errors import StudioError
from gal_studio.state.files.unfinished import mark_of
from gal_studio.state.images.read import LARGEST_FILE
from gal_studio.studio import Studio
from gal_studio.ui.access.gate import Access
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.archives import add_archive_routes
from gal_studio.ui.api.calls import add_call_route
from gal_studio.ui.api.caption_files import add_captions_route
from gal_studio.ui.api.downloads import add_download_routes
from gal_studio.ui.api.errors import refuse, refuse_disk, refuse_memory
from gal_studio.ui.api.lora_files import add_lora_route
from gal_studio.ui.api.pictures import add_picture_routes
from gal_studio.ui.api.received import Inbox
from gal_studio.ui.api.strips import add_strip_route
from gal_studio.ui.api.uploaded import add_uploaded_routes
from gal_studio.ui.api.uploads import add_upload_route
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import add_writes_route
from gal_studio.ui.page.first_paint import FirstPaint
from gal_studio.ui.page.gradio_allow_list import narrow_gradio
from gal_studio.ui.page.static import add_static_routes
from gal_studio.ui.panels.everything import PANELS, REQUESTS, Panel
from gal_studio.ui.panels.top_bar import SIGNED_IN
from gal_studio.ui.programs.endpoints import add_endpoints
from gal_studio.ui.requests import Context

KEPT_SESSIONS = 100
"""Sessions that Gradio keeps for programs; each call may name a new one, and nothing is kept in them."""
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "sans-serif")
_MONO = ("ui-monospace", "DejaVu Sans Mono", "monospace")


def build_blocks(context: Context, programs: bool = False, signed_in: bool = False) -> gr.Blocks:
    """The page without a server; one that was `signed_in` to has a button to sign out.

    For programs, it has named endpoints.
    """
    with gr.Blocks(title="GAL Studio", analytics_enabled=False, fill_width=True) as blocks:
        for panel in PANELS:
            panel.build(context, _classes(panel, signed_in))
        if programs:
            add_endpoints(context, REQUESTS)
    return blocks


def _classes(panel: Panel, signed_in: bool) -> list[str]:
    """What a panel is told at the start."""
    return [SIGNED_IN] if panel.name == "top" and signed_in else []


def endpoints_of(blocks: gr.Blocks) -> dict[int, int]:
    """The functions that programs may call, by number, and how many values each takes."""
    return {
        number: len(function.inputs)
        for number, function in blocks.fns.items()
        if function.api_visibility == "public"
    }


def build_app(studio: Studio, rules: Rules | None = None, root_path: str = "") -> Access:
    """The whole app behind its access check; without rules, it serves this machine only.

    A proxy serves it at `root_path`; it may pass that on with its requests, or leave it out.
    """
    rules = rules or Rules()
    secrets = (rules.credentials.secret,) if rules.credentials else ()
    context = Context(ViewCache(studio), secrets)
    app = FastAPI(title="GAL Studio", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(FirstPaint, workspace=mark_of(studio.store.workspace))
    app.add_exception_handler(StudioError, refuse)
    app.add_exception_handler(OSError, refuse_disk)
    for lack in (MemoryError, RuntimeError):
        app.add_exception_handler(lack, refuse_memory)
    add_static_routes(app)
    add_picture_routes(app, studio)
    add_upload_route(app)
    add_uploaded_routes(app, studio)
    inbox = Inbox(studio)
    add_archive_routes(app, studio, inbox)
    add_lora_route(app, inbox)
    add_captions_route(app)
    add_download_routes(app, studio)
    add_strip_route(app, studio)
    add_writes_route(app, context, REQUESTS)
    blocks = build_blocks(context, rules.programs, rules.credentials is not None)
    blocks.state_session_capacity = KEPT_SESSIONS
    add_call_route(app, {one.name: one.handler(context) for one in REQUESTS.reads()})
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=gr.themes.Base(font=list(_FONTS), font_mono=list(_MONO)),
        footer_links=[],
        max_file_size=LARGEST_FILE,
        ssr_mode=False,
        run_history=False,
        root_path=root_path or None,
    )
    narrow_gradio(app, endpoints_of(blocks))
    return Access(app, rules, root_path)
