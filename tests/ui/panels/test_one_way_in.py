"""What the page changes comes in by one way: the route that does each change once."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.app import WRITES, build_blocks
from gal_studio.ui.panels.reference import WHOLE_PROJECTS
from tests.ui.conftest import Place

READ = {
    "derive", "overview", "options", "check", "patch_maps", "part_mask", "pair", "reference_mask",
    "before_after", "poll", "log", "results", "same_seed",
}  # fmt: skip
JOB_MOVES = {"stop", "pause", "resume", "preview", "reorder"}  # asked for again they change nothing more


def exposed(studio: Studio) -> set[str]:
    """The names of all functions that Gradio lets the page call."""

    async def build() -> gr.Blocks:  # outside of a loop Gradio makes one and leaves it open
        return build_blocks(studio)

    with ThreadPoolExecutor(1) as pool:
        blocks = pool.submit(lambda: asyncio.run(build())).result()
    panels = [block for block in blocks.blocks.values() if isinstance(block, gr.HTML)]
    return {name for panel in panels for name in (function.__name__ for function in panel.server_fns)} | {
        str(function.api_name) for function in blocks.fns.values() if function.api_visibility == "public"
    }


def test_every_exposed_function_is_known_and_no_write_has_a_second_way(place: Place) -> None:
    names = exposed(place.studio)
    assert names.isdisjoint(WRITES)
    assert names == READ | JOB_MOVES | set(WHOLE_PROJECTS)


def test_each_write_acts_on_the_studio_alone() -> None:
    assert WRITES.keys().isdisjoint(WHOLE_PROJECTS)
    for name, act in WRITES.items():
        assert len(inspect.signature(act).parameters) == 2, name
