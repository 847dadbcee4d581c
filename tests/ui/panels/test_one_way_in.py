"""All writes go through one route, which does each once; handlers that Gradio exposes only read."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.app import build_blocks
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.programs.endpoints import NAMES
from gal_studio.ui.requests import Context
from tests.asked import requests_about
from tests.ui.conftest import Place
from tests.ui.seeded_refinement import pairs_made

READ = {request.name for request in REQUESTS.reads()}


def exposed(studio: Studio, programs: bool = False) -> set[str]:
    """The names of all functions that Gradio exposes."""

    async def build() -> gr.Blocks:  # outside of a loop Gradio makes one and leaves it open
        return build_blocks(Context(ViewCache(studio)), programs=programs)

    with ThreadPoolExecutor(1) as pool:
        blocks = pool.submit(lambda: asyncio.run(build())).result()
    panels = [block for block in blocks.blocks.values() if isinstance(block, gr.HTML)]
    return {name for panel in panels for name in (function.__name__ for function in panel.server_fns)} | {
        str(function.api_name) for function in blocks.fns.values() if function.api_visibility == "public"
    }


def test_what_gradio_exposes_only_reads(place: Place) -> None:
    assert exposed(place.studio) == READ


def test_what_is_declared_to_only_read_changes_nothing_stored(place: Place) -> None:
    """Another connection sees by its data version whether anything was committed."""
    pairs_made(place.studio, place.round)
    with closing(sqlite3.connect(place.studio.store.workspace / "studio.db")) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        context = Context(ViewCache(place.studio))
        changing = []
        for name, question in requests_about(place.studio.store, place.project):
            REQUESTS[name](context, question)
            if (now := other.execute("PRAGMA data_version").fetchone()) != before:
                changing.append(name)
                before = now
    assert not changing, f"{changing[0]} writes: declare it with @REQUESTS.write"


def test_programs_get_the_named_endpoints_and_nothing_else(place: Place) -> None:
    """What they change is a write of the page: tests/ui/programs/test_endpoints.py."""
    assert exposed(place.studio, programs=True) == READ | set(NAMES)
