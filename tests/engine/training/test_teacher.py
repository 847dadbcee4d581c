"""The first round as a teacher (Eq. G24): at low noise its predictions are the targets."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gal_studio.core.denoising import Denoising
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import predict
from gal_studio.engine.memory.plan import MemoryPlan, adapter_bytes, training_need
from gal_studio.engine.models.adapters import (
    AdapterCard,
    attach_lora,
    detach,
    has_lora,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.training.batches import Batch, ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.patchdpo import PairSource
from gal_studio.engine.training.teacher import Teacher, TeacherLayers
from gal_studio.engine.training.trainer import Run, Training
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS, attach_random, check_resume, result, same
from tests.engine.training.test_patchdpo import PAIRS
from tests.engine.training.test_patchdpo import SETTINGS as REFINE

ACCEPTED = replace(EXAMPLES[1], weight=0.3, is_reference=False)
GIVEN = [EXAMPLES[0], ACCEPTED]
TAUGHT = SETTINGS.updated({"batch_size": 16, "accepted_noise": 3.0, "taught_share": 0.5, "resolution": 64})
STEPS, WEAKER = Denoising(10), Recipe.constant(0.6)
MACHINE = MachineSettings(precision="fp32")


def first_round(model: ImageModel, path: Path, tune: TuneSettings = SETTINGS) -> Path:
    """A LoRA or LoKr that changes much, so that its prediction differs from the base model's."""
    attach_random(model, tune, 0.2)
    save_adapter(model, path, AdapterCard("", "tiny", 1, 0))
    detach(model)
    return path


def teacher(model: ImageModel, folder: Path, recipe: Recipe = WEAKER) -> Teacher:
    return Teacher(first_round(model, folder / "first.safetensors"), recipe, STEPS)


def drawn(model: ImageModel, taught: Teacher | None, tune: TuneSettings = TAUGHT) -> Batch:
    source = ExampleSource(model, GIVEN, PRIOR, tune, 0, teacher=taught)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    return batch


def test_without_a_teacher_everything_is_as_without_the_setting(model: ImageModel) -> None:
    off = TAUGHT.updated({"taught_share": 0.0})
    plain, unused = (drawn(model, None, tune) for tune in (off, TAUGHT))
    for name in ("noisy", "target", "times", "weights"):
        assert torch.equal(getattr(plain, name), getattr(unused, name)), name
    assert unused.taught.isnan().all()
    one, other = (ExampleSource(model, GIVEN, PRIOR, tune, 0) for tune in (off, TAUGHT))
    assert (one.fingerprint, one.endless) == (other.fingerprint, other.endless)
    trained = []
    for tune in (off, TAUGHT):
        losses = [event.loss for event in fine_tune(model, GIVEN, PRIOR, tune, 5)]
        trained.append((losses, result(model)))
    assert trained[0][0] == trained[1][0] and same(trained[0][1], trained[1][1])


def test_what_is_drawn_and_taught(model: ImageModel, tmp_path: Path) -> None:
    """Of accepted rows a share is drawn at all noise, and those of it below the limit are taught."""
    large = TAUGHT.updated({"batch_size": 256, "taught_share": 0.25})
    batch = drawn(model, teacher(model, tmp_path), large)
    process = model.family.process()
    low = process.share(batch.times) < process.share_of(3.0)
    accepted = (batch.weights == 0.3).flatten() & (torch.arange(512) < 256)
    assert torch.equal(~batch.taught.isnan(), accepted & low)
    assert batch.taught[accepted & low] == pytest.approx(0.6), "constant"
    share = float((accepted & low).sum() / accepted.sum())
    assert share == pytest.approx(0.25 * process.share_of(3.0), abs=0.08)


def test_a_schedule_teaches_with_the_strength_of_its_noise(model: ImageModel, tmp_path: Path) -> None:
    """Early strength above the noise at which the first late step begins, late strength from there on."""
    known = teacher(model, tmp_path, Recipe(0.4, 1.0, 0.5))
    solver = model.family.solver(10, model.resolution, model.device)
    begins = float(solver.timesteps[5])
    batch = drawn(model, known, TAUGHT.updated({"batch_size": 256, "accepted_noise": 30.0}))
    rows = ~batch.taught.isnan()
    assert known.switch(model) == pytest.approx(begins / 1000)
    early = batch.times[rows] > begins
    assert 0 < int(early.sum()) < len(early)
    assert torch.equal(batch.taught[rows], torch.where(early, torch.tensor(0.4), torch.tensor(1.0)))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", ["lora", "lokr"])
def test_the_target_is_what_the_first_rounds_lora_predicts(
    tmp_path: Path, family: str, method: str, short_texts: None
) -> None:
    """Rows of two strengths, against a model with the LoRA fused into its weights; the rest keep theirs."""
    model = load_image_model(FAMILIES[family](tmp_path / "model"), device="cpu", machine=MACHINE)
    tune = TAUGHT.updated({"batch_size": 4, "method": method})
    path = first_round(model, tmp_path / "first.safetensors", tune.updated({"rank": 3}))
    source = ExampleSource(model, GIVEN, [], tune, 0, teacher=Teacher(path, WEAKER, STEPS))
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    batch = replace(batch, taught=torch.tensor([0.6, math.nan, 1.0, 0.6]))
    given = batch.noisy, batch.times, batch.texts, batch.sizes
    expected = batch.target.clone()
    for strength in (0.6, 1.0):
        with drawing(model, path, torch.float32, Recipe.constant(strength)) as fused, torch.no_grad():
            rows = batch.taught == torch.tensor(strength)
            expected[rows] = predict(fused.family, *given)[rows]
    training = Training(model, source, tune, 3, Run(teacher=Teacher(path, WEAKER, STEPS)))
    for name, weight in trainable(model).items():  # what is trained has no part in it
        weight.data.fill_(0.1 if "lora_B" in name or "lokr" in name else 0.2)
    before = {name: weight.clone() for name, weight in trainable(model).items()}
    with torch.no_grad():
        student = predict(model.family, *given)
    layers = training.gradients.teacher
    assert layers is not None
    found = training.gradients._taught(layers, batch)
    assert torch.equal(found[1], batch.target[1])
    assert torch.allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(found[0], batch.target[0], atol=1e-2)
    with torch.no_grad():
        assert torch.equal(predict(model.family, *given), student), "the student is back"
    assert same({name: weight.detach() for name, weight in trainable(model).items()}, before)
    detach(model)


def test_the_loss_by_hand(model: ImageModel, tmp_path: Path) -> None:
    """Of one taught row: the mean square of what the student and the teacher predict, with its weight."""
    known = teacher(model, tmp_path)
    batch = drawn(model, known)
    (row,) = (~batch.taught.isnan()).nonzero()[:1, 0].tolist()
    one = batch.chosen([row])
    given = one.noisy, one.times, one.texts, one.sizes
    with torch.no_grad():
        base = predict(model.family, *given)  # a new LoRA changes nothing
        with drawing(model, known.adapter, torch.float32, known.recipe) as fused:
            look = predict(fused.family, *given)
    source = ExampleSource(model, GIVEN, PRIOR, TAUGHT, 0, teacher=known)
    training = Training(model, source, TAUGHT, 3, Run(teacher=known))
    found = training.gradients.loss((one,)) * TAUGHT.batch_size
    assert found == pytest.approx(0.3 * float(((base - look) ** 2).mean()), rel=1e-3)
    detach(model)


def test_resumed_with_a_teacher_bit_for_bit(model: ImageModel, tmp_path: Path) -> None:
    known, path = teacher(model, tmp_path, Recipe(0.4, 1.0, 0.5)), tmp_path / "state.safetensors"
    tune = TAUGHT.updated({"batch_size": 4})
    check_resume(
        model, lambda run: fine_tune(model, GIVEN, PRIOR, tune, 5, replace(run, teacher=known)), path
    )
    other = replace(known, recipe=Recipe.constant(0.5))
    for stranger in (None, other):
        with pytest.raises(Exception, match="other settings or images"):
            next(fine_tune(model, GIVEN, PRIOR, tune, 5, Run(resume_from=path, teacher=stranger)))


def test_a_teacher_changes_what_is_learned_and_leaves_nothing_behind(
    model: ImageModel, tmp_path: Path
) -> None:
    known, tune = teacher(model, tmp_path), TAUGHT.updated({"batch_size": 4})
    results = []
    for taught in (None, known):
        list(fine_tune(model, GIVEN, [], tune, 5, Run(teacher=taught)))
        results.append(result(model))
    assert not same(*results)
    assert not has_lora(model)
    assert not any(module._forward_hooks for module in model.denoiser.modules())


def test_a_refinement_mixes_taught_examples(model: ImageModel, tmp_path: Path) -> None:
    known, tune = teacher(model, tmp_path), TAUGHT.updated({"batch_size": 2})
    mixed = REFINE.updated({"mix": 0.8, "batch_size": 4})
    sources = [
        PairSource(model, PAIRS, GIVEN, [], settings, tune, 0, teacher=taught)
        for settings, taught in ((mixed, known), (mixed, None), (REFINE.updated({"mix": 0.0}), known))
    ]
    drawn_rows = [source.next_batches(torch.Generator().manual_seed(0)) for source in sources]
    with_teacher, without, alone = (torch.cat([one.taught for one in rows]) for rows in drawn_rows)
    assert not with_teacher.isnan().all()
    assert with_teacher[:8].isnan().all() and without.isnan().all() and alone.isnan().all()
    plain = PairSource(model, PAIRS, GIVEN, [], mixed, tune.untaught, 0)
    assert sources[1].fingerprint == plain.fingerprint != sources[0].fingerprint


def test_its_lora_is_in_the_memory_plan(model: ImageModel) -> None:
    off, plan = TAUGHT.untaught, MemoryPlan(2)
    more = training_need(model, TAUGHT, plan) - training_need(model, off, plan)
    assert more == adapter_bytes(model, TAUGHT)
    assert training_need(model, TAUGHT.updated({"method": "full"}), plan) == training_need(
        model, off.updated({"method": "full"}), plan
    )


def test_compiled_blocks_are_left_out_of_it(
    model: ImageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stances = first_round(model, tmp_path / "first.safetensors"), []
    attach_lora(model, SETTINGS, torch.Generator().manual_seed(0))
    usual = torch.compiler.set_stance
    monkeypatch.setattr(torch.compiler, "set_stance", lambda name: stances.append(name) or usual(name))
    for compiles in (False, True):
        monkeypatch.setattr(model, "machine", replace(MACHINE, compile=compiles))
        with TeacherLayers(model, path).instead(torch.tensor([1.0])):
            pass
    assert stances == ["force_eager"]
    detach(model)
