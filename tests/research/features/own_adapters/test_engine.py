"""PatchDPO on many objects: a training takes up what it drew and judged, and nothing of another one."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gal_studio.assets import assets_folder
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.adapters import has_lora, read_adapter
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.reference_adapter import load_adapter
from gal_studio.engine.training import adapter_patchdpo
from gal_studio.engine.training.adapter_patchdpo import PUBLISHED
from gal_studio.research.features.own_adapters.engine import AdapterTask, refine_adapter
from gal_studio.research.features.own_adapters.record import AdapterPlan, name_of
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline
from tests.engine.tiny_adapters import flat, make_tiny_adapters, tiny_parts
from tests.engine.tiny_flows import make_distilled_klein
from tests.research.features.own_adapters.test_command import objects
from tests.tiny_project import make_tower

NAMES = ("red kite", "blue drum", "green boat", "old lamp")


def native(tmp_path: Path) -> AdapterTask:
    """A tiny klein that learns from names."""
    plan = AdapterPlan("mine", "native", "", NAMES, 2, 0)
    task = task_of(tmp_path, plan, make_distilled_klein(tmp_path / "klein"), Models())
    return replace(task, generation=GenerationSettings(steps=1, resolution=64))


def task_of(tmp_path: Path, plan: AdapterPlan, base: Path, models: Models) -> AdapterTask:
    """A plan with tiny models, which writes into the folder `out`."""
    clip = f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    (tmp_path / "out").mkdir()
    return AdapterTask(
        plan,
        tmp_path / "out",
        str(base),
        models.image_model(str(base)),
        models,
        make_tower(tmp_path / "tower", clip),
        clip,
        GenerationSettings(steps=1),
    )


def done(
    task: AdapterTask, until: Callable[[Progress], bool] = lambda _: False
) -> tuple[list[Progress], Path]:
    """Run it to its end, or until it is halted."""
    steps, said = refine_adapter(task), list[Progress]()
    while True:
        try:
            said.append(next(steps))
        except StopIteration as end:
            return said, end.value
        if until(said[-1]):
            steps.close()
            return said, task.out


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter_patchdpo, "PUBLISHED_SIDE", 64)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.png"))}


@pytest.mark.usefixtures("small")
def test_klein_learns_a_lora_from_names(tmp_path: Path) -> None:
    task = native(tmp_path)
    left = task.out / "pairs" / unfinished_name(task.out)  # as by SIGKILL
    left.parent.mkdir()
    left.touch()
    said, written = done(task)
    assert not left.exists()
    assert written == task.out / "lora_patchdpo.safetensors"
    assert [one.done for one in said if one.phase == "refine"] == [1, 2]
    assert len(files(task.out / "subjects")) == 4 == len(files(task.out / "pairs"))
    tensors, _ = read_adapter(written)
    assert any(tensor.abs().max() > 0 for name, tensor in tensors.items() if "lora_B" in name)
    assert not has_lora(task.model)
    assert not list(task.out.glob("training-*")) and not (task.out / "maps").exists()


@pytest.mark.thorough
@pytest.mark.usefixtures("small")
def test_what_was_drawn_and_judged_is_taken_again_by_the_same_training_alone(tmp_path: Path) -> None:
    task = native(tmp_path)
    done(task, lambda one: (one.phase, one.done) == ("refine", 1))
    first, judged = files(task.out / "pairs"), sorted((task.out / "maps").rglob("*.npy"))
    times = [path.stat().st_mtime_ns for path in judged]
    assert len(first) == 4 == len(judged)

    other = replace(task, plan=replace(task.plan, seed=1))
    done(other, lambda one: (one.phase, one.done) == ("refine", 1))
    both = files(task.out / "pairs")
    others = {name: content for name, content in both.items() if name not in first}
    assert {**first, **others} == both and len(others) == 4, "another seed generates its own images"
    assert not set(others.values()) & set(first.values())

    quick = replace(task, generation=GenerationSettings(steps=2, resolution=64))
    done(quick, lambda one: one.phase == "maps")
    assert len(files(task.out / "pairs")) == 12, "so do other settings"

    said, _ = done(task)
    assert not any(one.phase == "pairs" and one.kept is not None for one in said), (
        "nothing is generated again"
    )
    assert files(task.out / "pairs").items() >= first.items()
    assert times == [] or not any(path.exists() for path in judged), "they end with the training"


@pytest.mark.thorough
@pytest.mark.usefixtures("small")
def test_a_halted_training_goes_on_without_the_vision_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = native(tmp_path)
    done(task, lambda one: (one.phase, one.done) == ("refine", 1))
    monkeypatch.setattr(Models, "vision", None)
    said, _ = done(task)
    assert [one.done for one in said if one.phase == "refine"] == [2]


@pytest.mark.usefixtures("small")
def test_an_adapter_that_reads_a_vision_model_keeps_it(tmp_path: Path) -> None:
    base = make_tiny_pipeline(tmp_path / "base")
    models, tower = Models(), assets_folder() / "pocket" / "vision"
    model = models.image_model(str(base))
    save_file(flat(tiny_parts(model, plus=False, reads=512)), tmp_path / "full.safetensors")
    former = f"{tmp_path / 'full.safetensors'} with {tower}"
    plan = AdapterPlan("mine", former, str(objects(tmp_path / "objects")), (), 2, 0)
    task = task_of(tmp_path, plan, base, models)
    done(task)
    name = name_of(task.out, former)
    assert name == f"{task.out} with {tower}" and not (task.out / "image_encoder").exists()
    trained, before = (load_adapter(one, model, open_tower=TowerEncoder) for one in (name, former))
    assert all(torch.equal(trained.projection[key], before.projection[key]) for key in before.projection)
    assert any(not torch.equal(trained.attention[key], before.attention[key]) for key in before.attention)


@pytest.mark.thorough
@pytest.mark.slow
def test_the_other_processes_find_an_adapter_that_moved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = make_tiny_pipeline(tmp_path / "base")
    adapters = make_tiny_adapters(tmp_path / "here", load_image_model(base, device="cpu"))
    models = Models()
    models.locations = {str(tmp_path / "there"): str(adapters)}
    plan = AdapterPlan("mine", str(tmp_path / "there"), str(objects(tmp_path / "objects")), (), 1, 0)
    task = replace(task_of(tmp_path, plan, base, models), devices=("cpu", "cpu"))
    assert 2 * PUBLISHED.batch_size % 2 == 0
    with caplog.at_level(logging.INFO, "gal_studio.worker"):
        done(task)
    assert "2 devices train together" in caplog.text and "trains alone" not in caplog.text
