"""A failed or flat picture is redrawn once in full precision, and marked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling import sampler
from gal_studio.engine.sampling.fused_adapter import drawing, in_float32
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, DrawStep, draw
from tests.engine.sampling.test_sampler import difference

SETTINGS = GenerationSettings(steps=3, guidance_scale=3.0, batch_size=2)
REQUESTS = [DrawRequest(f"A {name} in a style", seed) for seed, name in enumerate(("tie", "drum"))]
FORWARDS = 3 * 2  # of one picture


def drawn(model: ImageModel, precision: torch.dtype) -> DrawnBatch:
    with drawing(model, precision=precision):
        (batch,) = [event for event in draw(model, REQUESTS, SETTINGS) if isinstance(event, DrawnBatch)]
    return batch


@pytest.fixture
def overflowing(pipeline_folder: Path) -> ImageModel:
    """Its activations exceed 65,504, the largest float16; the last norm rescales them."""
    model = load_image_model(pipeline_folder, device="cpu")
    model.denoiser.conv_in.weight.data *= 3e5
    return model


@pytest.fixture
def flat(pipeline_folder: Path) -> ImageModel:
    """Its decoder outputs the same for every pixel."""
    model = load_image_model(pipeline_folder, device="cpu")
    model.autoencoder.decoder.conv_out.weight.data.zero_()
    return model


def test_a_failed_picture_is_redrawn_in_full_precision(overflowing: ImageModel) -> None:
    plain = drawn(overflowing, torch.float32)
    assert plain.remarks == ("", "")
    again = drawn(overflowing, torch.float16)
    assert again.remarks == ("redrawn", "redrawn")
    assert again.forwards == plain.forwards + 2 * FORWARDS
    assert all(difference(*pair) <= 8 for pair in zip(plain.images, again.images, strict=True))
    assert difference(*again.images) > 20


def test_redrawing_can_be_stopped_and_restores_the_base(overflowing: ImageModel) -> None:
    before = {name: weight.clone() for name, weight in overflowing.denoiser.state_dict().items()}
    with drawing(overflowing, precision=torch.float16):
        events = draw(overflowing, REQUESTS, SETTINGS)
        steps = [next(events) for _ in range(5)]
        assert [step.done for step in steps if isinstance(step, DrawStep)] == [1, 2, 3, 3, 3]
        assert overflowing.denoiser.dtype == torch.float32
        events.close()
        assert overflowing.denoiser.dtype == torch.float16
    after = overflowing.denoiser.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_flat_picture_is_redrawn_once_and_kept(flat: ImageModel) -> None:
    batch = drawn(flat, torch.bfloat16)
    assert batch.remarks == ("flat", "flat")
    assert batch.forwards == 4 * FORWARDS
    alone = drawn(flat, torch.float32)
    assert alone.remarks == ("flat", "flat")
    assert alone.forwards == 2 * FORWARDS  # nothing is more precise than that


def test_without_room_for_full_precision_a_flat_picture_is_kept(
    flat: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: weight.clone() for name, weight in flat.denoiser.state_dict().items()}
    converted, plain = [], torch.Tensor.float

    def full(tensor: torch.Tensor) -> torch.Tensor:
        converted.append(tensor)
        if len(converted) % 4 == 0:
            raise torch.OutOfMemoryError
        return plain(tensor)

    with drawing(flat, precision=torch.bfloat16), monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "float", full)
        with pytest.raises(torch.OutOfMemoryError), in_float32(flat.denoiser):
            pass
        patch.undo()
        assert {weight.dtype for weight in flat.denoiser.parameters()} == {torch.bfloat16}, (
            "nothing is half done"
        )

        @contextmanager
        def no_room(_module: torch.nn.Module) -> Iterator[None]:
            raise torch.OutOfMemoryError
            yield

        patch.setattr(sampler, "in_float32", no_room)
        (batch,) = [each for each in draw(flat, REQUESTS, SETTINGS) if isinstance(each, DrawnBatch)]
    assert batch.remarks == ("flat", "flat")
    after = flat.denoiser.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_finite_latents_are_only_decoded_again(pipeline_folder: Path) -> None:
    """An autoencoder that overflows in half precision: denoising is not repeated."""
    model = load_image_model(pipeline_folder, device="cpu")
    model.autoencoder.decoder.conv_in.weight.data *= 3e5
    with drawing(model, precision=torch.float32):
        (plain,) = [event for event in draw(model, REQUESTS[:1], SETTINGS) if isinstance(event, DrawnBatch)]
        model.autoencoder.half()
        (batch,) = [event for event in draw(model, REQUESTS[:1], SETTINGS) if isinstance(event, DrawnBatch)]
    assert (plain.remarks, batch.remarks) == (("",), ("redrawn",))
    assert batch.forwards == plain.forwards
    assert model.autoencoder.dtype == torch.float16


def test_a_picture_that_fails_in_full_precision_is_an_error(overflowing: ImageModel) -> None:
    overflowing.denoiser.conv_out.weight.data.fill_(float("nan"))
    with pytest.raises(StudioError, match="not an image"):
        drawn(overflowing, torch.bfloat16)
