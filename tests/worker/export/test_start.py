"""A project starts from a LoRA from elsewhere: its training begins with what that changes."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.export.layers import Factors, named_tensors, read_layers
from gal_studio.engine.models.adapters import targeted_layers
from gal_studio.rounds import fingerprints, lineage
from gal_studio.studio import Studio
from gal_studio.worker.export.start import main, start_from
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


def write_lora(models: Models, name: str, path: Path) -> dict[str, Factors]:
    """A LoRA of rank 1 in kohya's keys."""
    family, generator = models.image_model(name).family, torch.Generator().manual_seed(1)
    made = {}
    for layer, module in targeted_layers(family.denoiser, family.lora_layers("attention")).items():
        out, inside = module.weight.shape
        made[layer] = Factors(
            torch.randn((1, inside), generator=generator), torch.randn((out, 1), generator=generator)
        )
    save_file(named_tensors(made, family.part, family.lora_names, "kohya"), path)
    return made


def test_a_training_begins_with_it(
    studio: Studio,
    models: Models,
    names: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    project = studio.store.rounds.get(round_id).project_id
    given, before = tmp_path / "ink.safetensors", fingerprints.training_fingerprint(studio.store, round_id)
    made = write_lora(models, names[0], given)
    start_from(studio.store, models, project, given)
    stored = studio.store.starts.of_project(project)
    assert stored is not None and stored.source == "ink.safetensors"
    assert lineage.starting_adapter(studio.store, round_id) == stored.adapter
    assert fingerprints.training_fingerprint(studio.store, round_id) != before
    kept = read_layers(studio.store.adapters.path(stored.adapter), "unet")
    assert all(torch.allclose(kept[layer].change, made[layer].change) for layer in made)

    assert work(studio, models, studio.fine_tune(round_id)).message == ""
    trained = read_layers(studio.adapter_path(round_id), "unet")
    moved = max(float((trained[name].change - kept[name].change).abs().mean()) for name in kept)
    size = max(float(kept[name].change.abs().mean()) for name in kept)
    assert 0 < moved < 0.2 * size  # it goes on from there
    with pytest.raises(StudioError, match="has a trained round already"):
        studio.start_from_lora(project, given)

    other = studio.store.rounds.get(first_round(studio, tiny_draft(names, name="Other"))).project_id
    workspace, pickle = str(studio.store.workspace), str(tmp_path / "ink.ckpt")
    assert main(workspace, other, pickle) == 2
    assert "is a pickle" in capsys.readouterr().err
    assert studio.store.starts.of_project(other) is None


def test_a_lost_start_is_told(studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path) -> None:
    round_id = first_round(studio, tiny_draft(names))
    project = studio.store.rounds.get(round_id).project_id
    write_lora(models, names[0], tmp_path / "ink.safetensors")
    start_from(studio.store, models, project, tmp_path / "ink.safetensors")
    start = studio.store.starts.of_project(project)
    assert start is not None
    studio.store.adapters.path(start.adapter).unlink()
    with pytest.raises(StudioError, match=r"The LoRA ink\.safetensors, from which this project starts, is"):
        studio.fine_tune(round_id)
