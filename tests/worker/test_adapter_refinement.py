"""PatchDPO of a model that takes references by itself: a LoRA, from names of objects."""

from pathlib import Path

import pytest

from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.adapters import has_lora, read_adapter
from gal_studio.engine.training import adapter_patchdpo
from gal_studio.state.files.own_adapters import AdapterPlan
from gal_studio.worker.adapter_refinement import AdapterTask, refine_adapter, tower_of
from gal_studio.worker.models import Models
from tests.engine.tiny import make_tiny_clip
from tests.engine.tiny_flows import make_distilled_klein
from tests.tiny_project import make_tower


def test_klein_learns_a_lora_from_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter_patchdpo, "PUBLISHED_SIDE", 64)
    base, models = make_distilled_klein(tmp_path / "klein"), Models()
    clip = f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    names = ("red kite", "blue drum", "green boat", "old lamp")
    model = models.image_model(str(base))
    task = AdapterTask(
        AdapterPlan("mine", "native", "", names, 2, 0),
        tmp_path / "out",
        str(base),
        model,
        models,
        tower_of(models, make_tower(tmp_path / "tower", clip), clip),
        GenerationSettings(steps=1, resolution=64),
    )
    task.out.mkdir()
    steps = refine_adapter(task)
    said = []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as end:
            written = end.value
            break
    assert written == task.out / "lora_patchdpo.safetensors"
    assert [one.done for one in said if one.phase == "refine"] == [1, 2]
    assert len(list((task.out / "subjects").glob("*.png"))) == 4 == len(list((task.out / "pairs").iterdir()))
    tensors, _ = read_adapter(written)
    assert any(tensor.abs().max() > 0 for name, tensor in tensors.items() if "lora_B" in name)
    assert not has_lora(model) and not list(task.out.glob("training-*"))
