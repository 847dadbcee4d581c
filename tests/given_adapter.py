"""A tiny image adapter, and what the engine alone generates with it: a Round 0, and features that use one."""

from typing import Any

import pytest
from PIL import Image

from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling import fused_adapter
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.studio import Studio
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.tiny_project import CHANGES


@pytest.fixture(scope="module")
def adapter(names: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    model = load_image_model(names[0], device="cpu")
    return str(make_tiny_adapters(tmp_path_factory.mktemp("adapters"), model))


def with_adapter(adapter: str, **more: Any) -> dict[str, Any]:
    return {**CHANGES, "references": {"adapter": adapter, "strength": 0.8}, **more}


def redrawn(studio: Studio, round_id: str, adapter: str, prompt: str, seed: int) -> Image.Image:
    """The picture of a prompt, drawn by the engine alone with the project's references."""
    store, project = studio.store, studio.store.projects.get(studio.store.rounds.get(round_id).project_id)
    model = load_image_model(project.base_model)
    pictures = [store.images.picture(one.image) for one in store.projects.references(project.id)]
    read, settings = load_adapter(adapter, model), studio.store.rounds.get(round_id).settings.generation
    with fused_adapter.drawing(model) as ready, attached(ready, read, 0.8):
        given = encode_references(ready, read, pictures)
        for event in draw(ready, [DrawRequest(prompt, seed)], settings, given):
            if isinstance(event, DrawnBatch):
                return event.images[0]
    raise AssertionError("nothing was generated")
