"""Builds the page: panels in Gradio Blocks, mounted in FastAPI together with pictures and static files."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: nothing may leave the machine

from typing import NamedTuple

import gradio as gr
from fastapi import FastAPI

from gal_studio.state.images.read import LARGEST_FILE
from gal_studio.studio import Studio
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.gate import Access, Rules
from gal_studio.ui.api.archives import add_archive_routes
from gal_studio.ui.api.pictures import add_picture_routes
from gal_studio.ui.api.uploads import add_upload_route
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.api.writes import add_writes_route
from gal_studio.ui.page.first_paint import FirstPaint
from gal_studio.ui.page.gradio_allow_list import narrow_gradio
from gal_studio.ui.page.static import add_static_routes
from gal_studio.ui.panels import reference, refine, rounds
from gal_studio.ui.panels.reference import build_reference
from gal_studio.ui.panels.results import build_results
from gal_studio.ui.panels.rounds import build_rounds
from gal_studio.ui.panels.top_bar import build_top_bar

WRITES = {**rounds.WRITES, **refine.WRITES, **reference.WRITES}
"""All that the page changes once each: by way of the route for writes, and no other."""
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "sans-serif")
_MONO = ("ui-monospace", "DejaVu Sans Mono", "monospace")


class Panels(NamedTuple):
    """The parts of the page."""

    top: gr.HTML
    reference: gr.HTML
    rounds: gr.HTML
    results: gr.HTML


def build_panels(studio: Studio, credentials: Credentials | None = None) -> Panels:
    """All panels inside of the current Blocks."""
    recall = Recall(studio)
    return Panels(
        top=build_top_bar(recall, credentials),
        reference=build_reference(studio),
        rounds=build_rounds(recall),
        results=build_results(recall),
    )


def build_blocks(studio: Studio, credentials: Credentials | None = None) -> gr.Blocks:
    """The page without a server; with credentials, one that can be signed out of."""
    with gr.Blocks(title="GAL Studio", analytics_enabled=False, fill_width=True) as blocks:
        build_panels(studio, credentials)
    return blocks


def build_app(studio: Studio, rules: Rules | None = None) -> Access:
    """The whole application behind its door, ready to be served; without rules, to this machine alone."""
    rules = rules or Rules()
    app = FastAPI(title="GAL Studio", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(FirstPaint)
    add_static_routes(app)
    add_picture_routes(app, studio)
    add_upload_route(app)
    add_archive_routes(app, studio)
    add_writes_route(app, studio, WRITES)
    gr.mount_gradio_app(
        app,
        build_blocks(studio, rules.credentials),
        path="/",
        theme=gr.themes.Base(font=list(_FONTS), font_mono=list(_MONO)),
        footer_links=[],
        max_file_size=LARGEST_FILE,
        ssr_mode=False,
        run_history=False,
    )
    narrow_gradio(app)
    return Access(app, rules)
