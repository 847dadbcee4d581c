"""Pictures that keep their shapes: every family trains them as its stock pipeline would draw that size."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.families.family import predict
from gal_studio.engine.memory.peak import training_peak
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.training.batches import Batch, ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.gradients import Gradients
from gal_studio.engine.training.latents import ExamplePicture, cache_pictures
from gal_studio.engine.training.losses import weighted_loss
from gal_studio.engine.training.patchdpo import PairSource, refine
from tests.covering import few
from tests.engine.conftest import noise_picture
from tests.engine.stock import stock_pipeline
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import check_resume, result
from tests.engine.training.test_patchdpo import PAIRS

TALL, WIDE, SQUARE = (70, 140), (150, 80), (64, 64)
EXAMPLES = [
    ExamplePicture(noise_picture(seed, *size), "A cat in a style")
    for seed, size in enumerate((TALL, WIDE, SQUARE))
]
PRIOR = [ExamplePicture(noise_picture(9, 32, 32), "a photo of a cat")]
TUNE = TuneSettings(steps=4, batch_size=3, rank=2, crop="none", checkpoint_every=2, resolution=64)


@pytest.fixture(scope="module", params=FAMILIES.values(), ids=FAMILIES.keys())
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ImageModel, Path]:
    folder = request.param(tmp_path_factory.mktemp("family") / "model")
    return load_image_model(folder, device="cpu"), folder


def steps(model: ImageModel, count: int = 8) -> list[tuple[Batch, ...]]:
    source, generator = ExampleSource(model, EXAMPLES, PRIOR, TUNE, 1), torch.Generator().manual_seed(1)
    return [source.next_batches(generator) for _ in range(count)]


def called_with(denoiser: torch.nn.Module, call: Callable[[], object]) -> dict[str, Any]:
    """What the denoiser was first called with."""
    seen: list[dict[str, Any]] = []
    names = ("sample", "timestep", "hidden") if hasattr(denoiser, "conv_in") else ("x", "t", "cap_feats")

    def look(module: torch.nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        seen.append({**dict(zip(names, given, strict=False)), **named})

    handle = denoiser.register_forward_pre_hook(look, with_kwargs=True)
    try:
        with torch.no_grad():
            call()
    finally:
        handle.remove()
    return seen[0]


def test_a_step_has_one_batch_for_each_shape(opened: tuple[ImageModel, Path]) -> None:
    model, _ = opened
    side, seen = model.latent_side(TUNE.resolution), set()
    for batches in steps(model):
        shapes = [tuple(batch.noisy.shape[2:]) for batch in batches]
        assert len(set(shapes)) == len(shapes), "rows of one shape are together"
        assert sum(len(batch.noisy) for batch in batches) == 6 and (side, side) in shapes  # the prior's
        seen |= set(shapes)
        for (height, width), batch in zip(shapes, batches, strict=True):
            assert height * width <= side**2, "no bucket needs more memory than the square"
            assert all(size[4:] == (height * model.scale, width * model.scale) for size in batch.sizes)
    tall, wide = sorted(seen - {(side, side)}, key=lambda shape: shape[1])
    assert len(seen) == 3 and tall[0] > side > tall[1] and wide[1] > side > wide[0]


def test_the_denoiser_gets_what_the_stock_pipeline_gives_it_at_that_size(
    opened: tuple[ImageModel, Path],
) -> None:
    """Sizes, positions and text, for a tall and a wide picture: the difference is 0."""
    model, folder = opened
    if not (folder / "model_index.json").exists():  # modular pipelines: tests/engine/families compares them
        return
    pipeline = stock_pipeline(folder)
    stock, compared = getattr(pipeline, model.family.part), set()
    for batch in (batch for batches in steps(model) for batch in batches):
        height, width = (side * model.scale for side in batch.noisy.shape[2:])
        if height == width or (height, width) in compared:
            continue
        compared.add((height, width))
        one = batch.part(0, 1)
        ours = called_with(
            model.denoiser, lambda one=one: predict(model.family, one.noisy, one.times, one.texts, one.sizes)
        )
        condition = {}
        if model.family.name == "sdxl":
            (size,) = one.sizes
            condition = {
                "original_size": size[:2],
                "crops_coords_top_left": size[2:4],
                "target_size": size[4:],
            }
        theirs = called_with(
            stock,
            lambda height=height, width=width, condition=condition: pipeline(
                prompt="A cat in a style",
                height=height,
                width=width,
                num_inference_steps=1,
                output_type="latent",
                generator=torch.Generator().manual_seed(0),
                **condition,
                **({} if model.family.name == "qwen-image-2.1" else {"guidance_scale": 0.0}),
            ),
        )
        for name in ("added_cond_kwargs", "img_ids", "txt_ids"):
            assert (name in ours) == (name in theirs)
            check_equal(ours.get(name), theirs.get(name))
        for name in ("sample", "x", "hidden_states"):
            check_same_shape(ours.get(name), theirs.get(name))
    assert len(compared) == 2


def check_equal(ours: Any, theirs: Any) -> None:
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for name in ours:
            check_equal(ours[name], theirs[name])
    elif ours is not None:
        assert ours.shape == theirs.shape and (ours - theirs).abs().max() == 0


def check_same_shape(ours: Any, theirs: Any) -> None:
    if isinstance(ours, list):
        assert [one.shape for one in ours] == [one.shape for one in theirs]
    elif ours is not None:
        assert ours.shape == theirs.shape


@pytest.mark.parametrize("opened", few(FAMILIES, "klein"), indirect=True, scope="module")
def test_all_shapes_are_learned_and_a_training_repeats_and_resumes(
    opened: tuple[ImageModel, Path], tmp_path: Path
) -> None:
    """Bit for bit: the same seed, and a training that goes on from a checkpoint."""
    model, _ = opened
    check_resume(
        model, lambda run: fine_tune(model, EXAMPLES, PRIOR, TUNE, 5, run), tmp_path / "checkpoint", 2
    )
    list(fine_tune(model, EXAMPLES, PRIOR, TUNE, 6))
    trained = result(model)
    assert any(weight.abs().max() > 0 for name, weight in trained.items() if "lora_B" in name)


def test_gradients_flow_from_every_shape(opened: tuple[ImageModel, Path]) -> None:
    model, _ = opened
    settings = TUNE.updated({"method": "full"})
    shapes = set()
    weight = next(weight for name, weight in model.denoiser.named_parameters() if "to_q.weight" in name)
    gradients = Gradients(model, settings, 6, 3)
    model.denoiser.requires_grad_(True)
    try:
        for batches in steps(model, 4):
            for batch in batches:
                model.denoiser.zero_grad()
                assert gradients.add((batch,), lambda loss: loss) > 0
                assert weight.grad is not None and weight.grad.abs().max() > 0
                shapes.add(batch.noisy.shape[2:])
    finally:
        model.denoiser.zero_grad()
        model.denoiser.requires_grad_(False)
    assert len(shapes) == 3


def test_a_square_picture_is_trained_as_with_a_crop(model: ImageModel) -> None:
    """Rows are equal bit for bit, so that the setting says nothing of squares."""
    squares = [ExamplePicture(noise_picture(seed), "A cat in a style") for seed in (1, 2)]
    for one, other in zip(
        *(
            ExampleSource(model, squares, PRIOR, each, 1).next_batches(torch.Generator().manual_seed(1))
            for each in (TUNE, TUNE.square)
        ),
        strict=True,
    ):
        assert torch.equal(one.noisy, other.noisy) and one.sizes == other.sizes


def test_a_mask_keeps_the_shape_of_its_picture(model: ImageModel) -> None:
    """A mask of the upper half of a tall picture: the upper half of the latent learns."""
    mask = Image.new("L", TALL)
    mask.paste(255, (0, 0, TALL[0], TALL[1] // 2))
    masked = [ExamplePicture(noise_picture(1, *TALL), "A cat in a style", 0.5, mask), *EXAMPLES[1:]]
    cached = cache_pictures(model, masked, TUNE)
    crops = cached.crops([0], False, torch.Generator())
    assert crops.maps is not None and crops.maps.shape == (1, 1, *cached.shapes[0])
    assert crops.latents.shape[2:] == cached.shapes[0]
    half = cached.shapes[0][0] // 2
    assert (crops.maps[0, 0, : half - 1] == 0.5).all() and (crops.maps[0, 0, half + 1 :] == 0).all()
    rows = ExampleSource(model, masked, PRIOR, TUNE, 1)
    assert all(
        batch.weights.shape == (len(batch.noisy), 1, *batch.noisy.shape[2:])
        for batch in rows.next_batches(torch.Generator().manual_seed(1))[:1]
    )


def test_of_a_picture_too_long_the_margins_are_cut(model: ImageModel) -> None:
    """Sixteen times as tall as wide: a bucket has at most four to one."""
    cached = cache_pictures(model, [ExamplePicture(noise_picture(1, 20, 320), "A cat")], TUNE)
    crops = cached.crops([0], False, torch.Generator())
    assert cached.shapes == ((32, 8),) and crops.latents.shape[2:] == (32, 8)
    (size,) = crops.sizes
    assert size == (320, 20, 192, 0, 128, 32), "the middle of 32 x 512 pixels"


def test_the_memory_of_a_square_is_enough(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan measures a square; a step of the tallest bucket needs no more."""
    square = training_peak(model, TUNE, 2, False)
    plain = type(model.family).example_inputs

    def tall(self: Any, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        inputs = plain(self, rows, side, dtype)
        return {**inputs, "sample": torch.empty(rows, 4, 32, 8, dtype=dtype)}

    monkeypatch.setattr(type(model.family), "example_inputs", tall)
    assert training_peak(model, TUNE, 2, False, side=7) <= square


def test_pairs_of_a_refinement_are_square_beside_examples_in_their_shapes(model: ImageModel) -> None:
    settings = RefineSettings(steps=2, batch_size=2, mix=0.5, checkpoint_every=2)
    source = PairSource(model, PAIRS, EXAMPLES, [], settings, TUNE, 0)
    first, *others = source.next_batches(torch.Generator().manual_seed(0))
    assert first.noisy.shape[2:] == (16, 16) and len(first.noisy) >= 4
    assert others and all(batch.noisy.shape[2:] != (16, 16) for batch in others)
    assert sum(len(batch.noisy) for batch in (first, *others)) == source.rows
    assert [event.step for event in refine(model, PAIRS, EXAMPLES, [], settings, TUNE, 0)] == [1, 2]
    result(model)


def test_what_is_drawn_at_the_ends_of_a_tall_picture_is_learned(model: ImageModel) -> None:
    """Its center square is blank: a crop would train on paper alone."""
    blank = Image.new("RGB", (160, 640), (214, 226, 240))
    inked = blank.copy()
    for top in (0, 560):
        inked.paste((20, 20, 60), (20, top, 140, top + 70))
    changed = {}
    for settings in (TUNE, TUNE.square):
        both = [ExamplePicture(picture, "A cat in ink style") for picture in (blank, inked)]
        rows = cache_pictures(model, both, settings).crops([0, 1], False, torch.Generator()).latents
        changed[settings.crop] = float((rows[0] - rows[1]).abs().mean())
    assert changed["none"] > 2 * changed["center"]


def test_the_background_of_a_masked_reference_teaches_its_share(opened: tuple[ImageModel, Path]) -> None:
    """The gradient of each position is that of the whole picture, times the share of what its mask leaves
    out: exactly, in every family and in a bucket, whose crop takes the mask along.
    """
    model, _ = opened
    mask = Image.new("L", WIDE, 0)
    mask.paste(255, (0, 0, WIDE[0] // 2, WIDE[1]))
    tune = TUNE.updated({"batch_size": 1})

    def gradients(mask: Image.Image | None) -> torch.Tensor:
        picture = ExamplePicture(noise_picture(1, *WIDE), "A cat in a style", 1.0, mask, background=0.25)
        (batch,) = ExampleSource(model, [picture], [], tune, 1).next_batches(torch.Generator().manual_seed(1))
        said = torch.zeros_like(batch.target).requires_grad_()
        weighted_loss(said, batch.target, batch.weights).backward()
        assert said.grad is not None
        return said.grad

    whole, masked = gradients(None), gradients(mask)
    assert whole.shape == masked.shape and whole.shape[-1] > whole.shape[-2]
    middle = whole.shape[-1] // 2
    assert torch.equal(masked[..., : middle - 1], whole[..., : middle - 1])
    torch.testing.assert_close(masked[..., middle + 1 :], 0.25 * whole[..., middle + 1 :])
