"""All writes go through one route, which does each once; handlers that Gradio exposes only read."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.app import build_blocks
from gal_studio.ui.programs.endpoints import NAMES
from gal_studio.ui.requests import Context
from tests.ui.conftest import Place

READ = {
    "derive", "overview", "options", "check", "patch_maps", "part_mask", "pair", "reference_mask",
    "before_after", "captions", "seen", "other_rounds", "poll", "log", "results", "same_seed",
    "test_pictures", "history", "choices", "relatives", "trials", "model_facts",
    "local_models",
}  # fmt: skip


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
    """Add a new request to `READ` here if it only reads."""
    assert exposed(place.studio) == READ


def test_programs_get_the_named_endpoints_and_nothing_else(place: Place) -> None:
    """What they change is a write of the page: tests/ui/programs/test_endpoints.py."""
    assert exposed(place.studio, programs=True) == READ | set(NAMES)
