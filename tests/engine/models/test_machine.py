"""How a model is held: each option trains and draws, and leaves the base as it was."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.extras import is_installed
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings, Settings, TuneSettings
from gal_studio.engine.models import devices, placement
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.models.text import encode_prompts
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.checkpoints import read_checkpoint
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Run, learning_rate
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import EXAMPLES, PRIOR, check_resume, result

CPU = torch.device("cpu")
TUNE = TuneSettings(steps=6, batch_size=2, rank=2, learning_rate=1e-2)
DRAW = GenerationSettings(steps=2, batch_size=2, guidance_scale=4.0)
REQUESTS = [DrawRequest("a red cat", 1), DrawRequest("a cat", 2)]


def opened(folder: Path, **options: object) -> ImageModel:
    return load_image_model(folder, "cpu", machine=MachineSettings().updated(options))


def losses(model: ImageModel, settings: TuneSettings = TUNE) -> list[float]:
    return [event.loss for event in fine_tune(model, EXAMPLES, [], settings, seed=3)]


SMALL = {"resolution": 64}  # the flow models draw 1024 pixels by default, however small they are


def pixels(
    model: ImageModel,
    adapter: Path | None = None,
    recipe: Recipe = AS_TRAINED,
    settings: GenerationSettings = DRAW,
) -> torch.Tensor:
    with drawing(model, adapter, recipe=recipe) as ready:
        events = [event for event in draw(ready, REQUESTS, settings) if isinstance(event, DrawnBatch)]
    images = [image for event in events for image in event.images]
    return torch.stack([torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8) for image in images])


def furthest(one: torch.Tensor, other: torch.Tensor) -> int:
    return int((one.int() - other.int()).abs().max())


@pytest.mark.parametrize(
    "options",
    [{"text_off_device": True}, {"checkpointing": True}],
    ids=["text off the device", "checkpointing"],
)
def test_what_rounds_at_most_trains_and_draws_the_same(
    pipeline_folder: Path, options: dict[str, object]
) -> None:
    plain, spared = (
        opened(pipeline_folder, precision="fp32"),
        opened(pipeline_folder, precision="fp32", **options),
    )
    assert losses(spared) == pytest.approx(losses(plain), rel=1e-4)
    one, other = (result(model) for model in (plain, spared))
    # Steps of 1e-2: kernels of some processors round otherwise, and Adam magnifies that in small gradients.
    assert all(torch.allclose(one[name], other[name], atol=1e-3) for name in one)
    assert furthest(pixels(plain), pixels(spared)) <= 1


def test_text_encoders_are_on_the_device_only_while_they_encode(
    pipeline_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device is the CPU here; what counts is where the encoder is sent, and when."""
    model = opened(pipeline_folder, text_off_device=True)
    (encoder,) = model.family.text_parts
    went: list[str] = []
    monkeypatch.setattr(encoder, "to", lambda device: went.append(f"text: {device}"))
    monkeypatch.setattr(model.denoiser, "to", lambda device: went.append(f"denoiser: {device}"))
    plain = model.family.encode_text
    monkeypatch.setattr(
        model.family, "encode_text", lambda prompt, device: (went.append("encodes"), plain(prompt, CPU))[1]
    )
    model.device = "device"  # type: ignore[assignment]
    encode_prompts(model, ["a cat", "a dog", "a cat"])
    both = ["denoiser: cpu", "text: device"], ["text: cpu", "denoiser: device"]
    assert went == [*both[0], "encodes", "encodes", *both[1]]
    went.clear()
    model.device = CPU
    assert len(list(draw(model, REQUESTS, DRAW))) == 3
    went_once = ["denoiser: cpu", "text: cpu", *3 * ["encodes"], "text: cpu", "denoiser: cpu"]
    assert went == went_once  # with the unconditional text
    went.clear()
    ExampleSource(model, EXAMPLES, PRIOR, TUNE, 0)
    assert went == went_once  # of the examples and the prior together


def test_drawing_keeps_aside_only_what_a_lora_changes(pipeline_folder: Path, tmp_path: Path) -> None:
    """As on a GPU, where weights are drawn as they are held: nothing else is copied or moved."""
    model = opened(pipeline_folder, precision="bf16")
    attach_lora(model, TUNE.updated({"target": "attention"}), torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.add_(0.1)
    changed = {f"{name.partition('.lora_')[0]}.weight" for name in trainable(model)}
    saved = save_adapter(model, tmp_path / "adapter.safetensors", AdapterCard("", "tiny", 1, 0))
    detach(model)
    before = {name: weight.data_ptr() for name, weight in model.denoiser.named_parameters()}
    with drawing(model):
        assert model.kept is None
    with drawing(model, saved):
        held = {name: weight.data_ptr() for name, weight in model.denoiser.named_parameters()}
        assert model.kept is not None and model.kept.keys() == changed
        assert {name for name in held if held[name] != before[name]} == changed < held.keys()
        assert {weight.dtype for weight in model.denoiser.parameters()} == {torch.bfloat16}
    assert model.kept is None
    assert before == {name: weight.data_ptr() for name, weight in model.denoiser.named_parameters()}


def test_a_model_is_placed_without_its_text_encoders(pipeline_folder: Path) -> None:
    model = opened(pipeline_folder)
    placement.place(model.family, torch.device("meta"), MachineSettings(text_off_device=True))
    devices = {
        name: part.device.type for name, part in (("unet", model.denoiser), ("vae", model.autoencoder))
    }
    assert devices == {"unet": "meta", "vae": "meta"}
    assert [part.device.type for part in model.family.text_parts] == ["cpu"]


def test_a_tiled_autoencoder_works_in_tiles_and_is_restored(pipeline_folder: Path) -> None:
    plain, tiled = opened(pipeline_folder), opened(pipeline_folder, tiling=True)
    sides: list[int] = []
    tiled.autoencoder.decoder.register_forward_pre_hook(lambda _, given: sides.append(given[0].shape[-1]))
    changed = furthest(pixels(plain), pixels(tiled))
    assert changed > 0 and max(sides) == tiled.latent_side() // 2
    assert tiled.autoencoder.use_tiling is False
    assert ExampleSource(plain, EXAMPLES, [], TUNE, 0).fingerprint != (
        ExampleSource(tiled, EXAMPLES, [], TUNE, 0).fingerprint
    )


def test_float16_scales_the_loss_and_learns_as_float32_does(pipeline_folder: Path, tmp_path: Path) -> None:
    """As on cards without bfloat16; a step whose gradient overflows is left out, and halves the scale."""
    single, half = (opened(pipeline_folder, precision=kind) for kind in ("fp32", "fp16"))
    assert half.denoiser.dtype == torch.float16
    assert losses(half) == pytest.approx(losses(single), rel=5e-2)
    assert any(weight.abs().sum() > 0 for name, weight in result(half).items() if ".lora_B." in name)
    detach(single)
    path = tmp_path / "state.safetensors"
    check_resume(half, lambda run: fine_tune(half, EXAMPLES, [], TUNE, 3, run), path, 3)


def test_a_loss_that_overflows_in_float16_is_scaled_down(pipeline_folder: Path) -> None:
    from gal_studio.engine.training.trainer import Training

    model = opened(pipeline_folder, precision="fp16")
    training = Training(model, ExampleSource(model, EXAMPLES, [], TUNE, 0), TUNE, 0)
    weight = next(iter(training.weights.values()))
    before, scale = weight.detach().clone(), training.scaler.get_scale()
    weight.register_hook(lambda gradient: gradient * float("inf"))
    training.advance()
    assert torch.equal(weight, before) and training.scaler.get_scale() == scale / 2
    training.scaler.update(0.5)
    with pytest.raises(StudioError, match="the loss is not finite; use a learning rate below"):
        training.advance()
    detach(model)


def test_the_rate_warms_up_and_falls_along_a_cosine() -> None:
    settings = TuneSettings(steps=10, learning_rate=1.0, schedule="cosine", warmup_steps=2)
    rates = [learning_rate(settings, step) for step in range(10)]
    assert rates[:3] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert rates[6] == pytest.approx(0.5) and rates[9] < 0.04
    assert {learning_rate(settings.updated({"schedule": "constant"}), step) for step in (2, 9)} == {1.0}


def test_defaults_leave_former_fingerprints_as_they_are(model: ImageModel) -> None:
    assert MachineSettings().essential == {} and Settings.from_dict({}).machine == MachineSettings()
    assert MachineSettings(text_off_device=True, checkpointing=True, compile=True).essential == {}
    assert MachineSettings(precision="fp16", base="int8").essential == {"precision": "fp16", "base": "int8"}


@pytest.mark.parametrize(
    ("options", "package"),
    [
        ({"base": "int8"}, "torchao"),
        ({"optimizer": "adamw8bit"}, "bitsandbytes"),
        ({"optimizer": "prodigy"}, "prodigyopt"),
    ],
)
def test_a_missing_package_is_named(
    pipeline_folder: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], package: str
) -> None:
    monkeypatch.setattr(placement, "is_installed", lambda _: False)
    with pytest.raises(StudioError, match=rf"package {package}, which is not installed: run .*pip install"):
        opened(pipeline_folder, **options)
    if package == "prodigyopt":  # works on every device
        return
    with pytest.raises(StudioError, match="this device is neither: choose"):
        placement.check_machine(MachineSettings().updated(options), SimpleNamespace(type="mps"))


def test_prodigy_is_told_by_its_name_where_the_learning_rates_are_its_own() -> None:
    both = {"tune": {"learning_rate": 1.0}, "refine": {"learning_rate": 1.0}}
    assert Settings().updated({"machine": {"optimizer": "prodigy"}, **both}).machine.essential == {
        "optimizer": "prodigy"
    }


def test_an_output_layer_that_shares_its_weight_with_an_embedding_is_left_alone() -> None:
    """It would be held twice, as integers and as the embedding."""
    with torch.device("meta"):
        words, inner, output = torch.nn.Embedding(6, 4), torch.nn.Linear(4, 4), torch.nn.Linear(4, 6)
    assert placement.quantized_layers(torch.nn.Sequential(words, inner, output)) == [inner, output]
    output.weight = words.weight
    assert placement.quantized_layers(torch.nn.Sequential(words, inner, output)) == [inner]


def needs(package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not is_installed(package), reason=f"{package} is not installed")


@needs("torchao")
@pytest.mark.parametrize("family", FAMILIES)
def test_integers_train_and_draw(tmp_path: Path, family: str) -> None:
    """Training on base weights of 8-bit integers is that on plain ones, up to their rounding."""
    folder = FAMILIES[family](tmp_path / "model")
    tune, small = TUNE.updated(SMALL), partial(pixels, settings=DRAW.updated(SMALL))
    plain, integers = opened(folder, precision="fp32"), opened(folder, precision="fp32", base="int8")
    assert furthest(small(plain), small(integers)) <= 24
    base = small(integers)
    assert losses(integers, tune) == pytest.approx(losses(plain, tune), rel=0.1)
    assert any(weight.detach().any() for name, weight in trainable(integers).items() if "_B." in name)
    saved = save_adapter(integers, tmp_path / "adapter.safetensors", AdapterCard("", "tiny", 1, 0))
    detach(integers), detach(plain)
    learned = small(integers, saved)
    assert furthest(learned, base) > 0 and torch.equal(
        small(integers, saved, recipe=Recipe.constant(0.0)), base
    )
    assert furthest(learned, small(plain, saved)) <= 32
    assert torch.equal(small(integers), base)


@needs("torchao")
@pytest.mark.parametrize("family", FAMILIES)
def test_integers_train_beside_other_weights_in_half_precision(tmp_path: Path, family: str) -> None:
    """Autocast does not reach 8-bit layers: what they are given has their precision already."""
    model = opened(FAMILIES[family](tmp_path / "model"), precision="bf16", base="int8")
    assert all(math.isfinite(loss) for loss in losses(model, TUNE.updated(SMALL)))


@needs("bitsandbytes")
def test_the_8_bit_optimizer_learns_and_resumes(pipeline_folder: Path, tmp_path: Path) -> None:
    settings, path = TUNE.updated({"checkpoint_every": 3, "rank": 64}), tmp_path / "state.safetensors"
    plain, small = opened(pipeline_folder), opened(pipeline_folder, optimizer="adamw8bit")
    keep: Callable[..., None] = lambda state: state.save(path) if state.step == 3 else None  # noqa: E731
    found = [event.loss for event in fine_tune(small, EXAMPLES, [], settings, 3, Run(checkpoint=keep))]
    whole = result(small)
    assert found == pytest.approx(losses(plain, settings), rel=0.1)
    detach(plain)
    state = read_checkpoint(path, ExampleSource(small, EXAMPLES, [], settings, 3).fingerprint)
    assert {tensor.dtype for name, tensor in state.tensors.items() if name.startswith("state1.")} >= {
        torch.uint8
    }
    again = fine_tune(small, EXAMPLES, [], settings, 3, Run(resume_from=path))
    assert [event.loss for event in again] == pytest.approx(found[3:], rel=1e-4)
    after = result(small)
    assert all(torch.allclose(whole[name], after[name], atol=1e-4) for name in whole)


@needs("prodigyopt")
def test_prodigy_trains_an_adapter(pipeline_folder: Path, tmp_path: Path) -> None:
    settings = TUNE.updated({"learning_rate": 1.0})
    model = opened(pipeline_folder, optimizer="prodigy")
    check_resume(
        model, lambda run: fine_tune(model, EXAMPLES, [], settings, 3, run), tmp_path / "state.safetensors", 2
    )
    losses(model, settings)
    assert any(tensor.any() for name, tensor in result(model).items() if "_B." in name)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_a_compiled_model_draws_and_learns_the_same(
    backend: str, pipeline_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traced, without the machine code, which takes two minutes; `aot_eager` traces gradients as well."""
    compile_ = torch.nn.Module.compile
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: compile_(self, backend=backend))
    plain, fast = (
        opened(pipeline_folder, precision="fp32"),
        opened(pipeline_folder, precision="fp32", compile=True),
    )
    assert furthest(pixels(plain), pixels(fast)) <= 1
    # traced without gradients above
    monkeypatch.setattr("gal_studio.engine.training.fine_tune.probe", lambda _: 1.0)
    assert losses(fast) == pytest.approx(losses(plain), rel=1e-3)
    detach(plain), detach(fast)


@pytest.mark.parametrize(
    ("capability", "made_for", "runs"),
    [
        ((8, 6), ["sm_75", "sm_80", "sm_90"], True),
        ((6, 1), ["sm_75", "sm_80", "sm_86", "sm_90", "compute_90"], False),
        ((12, 0), ["sm_80", "sm_90"], False),
        ((12, 0), ["sm_80", "sm_90", "compute_90"], True),
        ((9, 0), ["sm_90a", "sm_120"], True),
        ((8, 0), ["sm_86", "sm_90"], False),
        ((11, 0), ["gfx1100"], True),
    ],
)
def test_a_card_is_chosen_if_this_torch_has_code_for_it(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], made_for: list[str], runs: bool
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda: capability)
    monkeypatch.setattr("torch.cuda.get_arch_list", lambda: made_for)
    assert (devices.choose_device().type == "cuda") is runs


def test_of_a_transformer_the_blocks_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_, names = torch.nn.Module.compile, []

    def traced(self: torch.nn.Module) -> None:
        names.append(type(self).__name__)
        compile_(self, backend="eager")

    monkeypatch.setattr(torch.nn.Module, "compile", traced)
    folder = FAMILIES["klein"](tmp_path / "model")
    plain, fast = (opened(folder, precision="fp32", compile=is_compiled) for is_compiled in (False, True))
    small = DRAW.updated(SMALL)
    assert furthest(pixels(plain, settings=small), pixels(fast, settings=small)) <= 1
    assert names == ["Flux2TransformerBlock"] * 2 + ["Flux2SingleTransformerBlock"] * 2
    assert all(module._compiled_call_impl is None for module in fast.denoiser.modules())
