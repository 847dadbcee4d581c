"""The sampler: a seed gives one picture, whatever else is in the batch."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import References
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import (
    DrawnBatch,
    DrawRequest,
    DrawStep,
    draw,
)

SETTINGS = GenerationSettings(steps=4, guidance_scale=3.0, batch_size=3)
REQUESTS = [DrawRequest(f"A {name} in a style", 100 + index) for index, name in enumerate("abcde")]


def pictures(
    model: ImageModel,
    requests: Sequence[DrawRequest],
    settings: GenerationSettings = SETTINGS,
    given: References | None = None,
) -> list[Image.Image]:
    events = draw(model, requests, settings, given)
    return [image for event in events if isinstance(event, DrawnBatch) for image in event.images]


def difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max())


def test_events_of_five_pictures_in_batches_of_three(model: ImageModel) -> None:
    events = list(draw(model, REQUESTS, SETTINGS))
    steps = [event for event in events if isinstance(event, DrawStep)]
    batches = [event for event in events if isinstance(event, DrawnBatch)]
    assert [(step.done, step.total) for step in steps] == [(done, 8) for done in range(1, 9)]
    assert [(batch.first, len(batch.images)) for batch in batches] == [(0, 3), (3, 2)]
    assert [batch.forwards for batch in batches] == [24, 24]  # 3 rows x 4 steps x 2, padding included
    assert all(image.size == (32, 32) for batch in batches for image in batch.images)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_a_seed_is_a_picture_alone_and_in_any_batch(model: ImageModel, precision: torch.dtype) -> None:
    with drawing(model, precision=precision):
        together = pictures(model, REQUESTS)
        turned = pictures(model, REQUESTS[::-1])[::-1]
        alone = [pictures(model, [request])[0] for request in REQUESTS]
    for a, b, c in zip(together, turned, alone, strict=True):
        assert difference(a, b) <= 2
        assert difference(a, c) <= 2
    assert difference(together[0], together[1]) > 20


def test_no_guidance_costs_half(model: ImageModel) -> None:
    settings = SETTINGS.updated({"guidance_scale": 1.0})
    batches = [event for event in draw(model, REQUESTS[:3], settings) if isinstance(event, DrawnBatch)]
    assert [batch.forwards for batch in batches] == [12]


def test_closing_stops_within_a_step(model: ImageModel) -> None:
    events = draw(model, REQUESTS, SETTINGS)
    assert next(events) == DrawStep(1, 8)
    events.close()
    assert torch.is_grad_enabled()


def test_a_long_prompt_is_refused_before_anything_is_drawn(model: ImageModel) -> None:
    with pytest.raises(StudioError, match="tokens"):
        next(draw(model, [*REQUESTS, DrawRequest("x" * 99, 1)], SETTINGS))


def test_nothing_to_draw(model: ImageModel) -> None:
    assert list(draw(model, [], SETTINGS)) == []


def test_out_of_memory_halves_the_batch_with_one_notice(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = UNetFamily.predict

    def small(model, latents, *rest):  # type: ignore[no-untyped-def]
        if len(latents) > 2:
            raise torch.OutOfMemoryError("full")
        return plain(model, latents, *rest)

    monkeypatch.setattr(UNetFamily, "predict", small)
    events = list(draw(model, REQUESTS, SETTINGS))
    notices = [event.notice for event in events if isinstance(event, DrawStep) and event.notice]
    assert notices == ["Memory is short: continuing with batches of 1."]
    assert sum(len(event.images) for event in events if isinstance(event, DrawnBatch)) == 5
    monkeypatch.setattr(
        UNetFamily, "predict", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("full"))
    )
    with pytest.raises(StudioError, match="not enough memory to generate one image"):
        list(draw(model, REQUESTS, SETTINGS))


def test_pictures_that_are_not_finite_are_an_error(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UNetFamily, "predict", lambda model, latents, *_: latents * float("nan"))
    with pytest.raises(StudioError, match="non-finite"):
        list(draw(model, REQUESTS[:1], SETTINGS))
