"""A project starts from a LoRA from elsewhere: its training begins with what that changes."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.layers import Factors, read_layers
from gal_studio.rounds import fingerprints, lineage
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create.lora_file import read_lora_facts
from gal_studio.worker.lora_start import main
from gal_studio.worker.model_check import CheckHere, stamp_of_lora
from gal_studio.worker.models import Models
from tests.engine.tiny_flows import make_tiny_z_image
from tests.engine.trained import random_layers, write_kohya
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work

SEEN = {"modelspec.trigger_phrase": "in ink style", "ss_base_model_version": "sd_v1"}


def write_lora(models: Models, name: str, path: Path, rank: int = 1) -> dict[str, Factors]:
    made = random_layers(models.image_model(name), rank)
    write_kohya(models.image_model(name), made, path, SEEN)
    return made


def without_weights(name: str, folder: Path) -> str:
    """The base model as it is before its weights are downloaded."""
    shutil.copytree(name, folder)
    for weights in folder.rglob("*.safetensors"):
        save_file({}, weights)
    return str(folder)


def test_a_new_project_starts_from_it(tmp_path: Path, models: Models, names: tuple[str, str]) -> None:
    given = tmp_path / "ink.safetensors"
    made = write_lora(models, names[0], given)
    facts = read_lora_facts(given)
    assert (facts.base, facts.rank, facts.trigger) == ("Stable Diffusion 1.x", 1, "in ink style")
    light = without_weights(names[0], tmp_path / "light"), names[1]
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store, models=CheckHere())
        plain = studio.store.rounds.get(first_round(studio, tiny_draft(light)))
        round_id = first_round(studio, tiny_draft(light, name="Ink", start_from=given))
        start = store.snapshots.node(round_id).project.start
        assert start is not None and start.source == "ink.safetensors"
        assert studio.project(store.rounds.get(round_id).project_id).starts_from == "ink.safetensors"
        assert store.snapshots.outline(plain.project_id).start is None
        assert lineage.starting_adapter(store.snapshots.round(round_id)) == start.adapter
        prints = {fingerprints.training_fingerprint(inputs_of(store, one)) for one in (plain.id, round_id)}
        assert len(prints) == 2
        kept = read_layers(store.adapters.path(start.adapter), "unet")
        assert all(torch.allclose(kept[layer].change, made[layer].change) for layer in made)


def test_a_wrong_file_makes_no_project(tmp_path: Path, models: Models, names: tuple[str, str]) -> None:
    good, large, other = (tmp_path / f"{name}.safetensors" for name in ("good", "large", "other"))
    write_lora(models, names[0], good)
    write_lora(models, names[0], large, rank=9)
    write_lora(models, str(make_tiny_z_image(tmp_path / "z-image")), other)
    (tmp_path / "damaged.safetensors").write_bytes(b"no header")
    (tmp_path / "ink.txt").write_text("ink")
    wrong = {
        "other.safetensors": "other.safetensors, a LoRA of .* layers, does not fit",
        "large.safetensors": "has the rank 9, and the project 2: choose a rank of at least 9",
        "gone.safetensors": "There is no file .*gone.safetensors: check the path of the LoRA",
        "damaged.safetensors": "is a text .“no header”., not the file itself",
        "ink.txt": "is not a LoRA that the studio can read: choose a .safetensors file",
    }
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store, models=CheckHere())
        for name, words in wrong.items():
            with pytest.raises(StudioError, match=words):
                studio.create_project(tiny_draft(names, start_from=tmp_path / name))
        full = {"tune": {"method": "full"}}
        with pytest.raises(StudioError, match="choose the method LoRA"):
            studio.create_project(tiny_draft(names, start_from=good, changes=full))
        assert not studio.projects()


def test_a_training_begins_with_it(
    studio: Studio,
    models: Models,
    names: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    studio.models = CheckHere()
    round_id = first_round(studio, tiny_draft(names))
    project = studio.store.rounds.get(round_id).project_id
    given = tmp_path / "ink.safetensors"
    write_lora(models, names[0], given)
    studio.start_from_lora(project, given)
    stored = studio.store.snapshots.outline(project).start
    assert stored is not None
    kept = read_layers(studio.store.adapters.path(stored.adapter), "unet")

    assert work(studio, models, studio.fine_tune(round_id)).message == ""
    trained = read_layers(studio.adapter_path(round_id), "unet")
    moved = max(float((trained[name].change - kept[name].change).abs().mean()) for name in kept)
    size = max(float(kept[name].change.abs().mean()) for name in kept)
    assert 0 < moved < 0.2 * size  # it goes on from there
    with pytest.raises(StudioError, match="already has a trained round"):
        studio.start_from_lora(project, given)

    request = {"path": str(tmp_path / "ink.ckpt"), "base_model": names[0], "trigger": ""}
    assert main(json.dumps({**request, "settings": {}, "commits": {}}), str(tmp_path / "out")) == 2
    assert "is a pickle" in capsys.readouterr().err


def test_a_text_encoder_is_left_out_on_the_user_s_word_alone(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    told: list[str] = []
    studio.models, studio.tell = CheckHere(), told.append
    made, given = write_lora(models, names[0], tmp_path / "ink.safetensors"), tmp_path / "text.safetensors"
    text = {f"lora_te_text_model_a.lora_{half}.weight": torch.ones(2, 2) for half in ("down", "up")}
    save_file({**load_file(tmp_path / "ink.safetensors"), **text}, given, SEEN)
    facts = read_lora_facts(given)
    assert facts.text_layers == 1 and "(1 of them of the text encoder)" in facts.sentence
    with pytest.raises(StudioError, match=r"also changes the text encoder \(1 layer\)"):
        studio.create_project(tiny_draft(names, start_from=given))
    assert not studio.projects() and not told

    round_id = first_round(studio, tiny_draft(names, start_from=given, without_text_encoder=True))
    said = "Without 1 layer of the text encoder, images differ from those of other programs."
    assert told.count(said) == 1
    start = studio.store.snapshots.node(round_id).project.start
    assert start is not None
    kept = read_layers(studio.store.adapters.path(start.adapter), "unet")
    assert all(torch.allclose(kept[layer].change, made[layer].change) for layer in made)
    other = studio.store.rounds.get(first_round(studio, tiny_draft(names, name="Other"))).project_id
    with pytest.raises(StudioError, match="choose to leave these out"):
        studio.start_from_lora(other, given)
    studio.start_from_lora(other, given, without_text_encoder=True)
    assert told.count(said) == 2


def test_a_lost_start_is_told(studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path) -> None:
    studio.models = CheckHere()
    write_lora(models, names[0], tmp_path / "ink.safetensors")
    round_id = first_round(studio, tiny_draft(names, start_from=tmp_path / "ink.safetensors"))
    start = studio.store.snapshots.node(round_id).project.start
    assert start is not None
    studio.store.adapters.path(start.adapter).unlink()
    with pytest.raises(StudioError, match=r"The LoRA ink\.safetensors, from which this project starts, is"):
        studio.fine_tune(round_id)


def test_a_changed_configuration_beside_a_lora_is_noticed(tmp_path: Path) -> None:
    """Peft's has the alphas, which its file lacks."""
    path, beside = tmp_path / "adapter_model.safetensors", tmp_path / "adapter_config.json"
    path.write_bytes(b"weights")
    alone = stamp_of_lora(path)
    beside.write_text('{"lora_alpha": 4}')
    first = stamp_of_lora(path)
    beside.write_text('{"lora_alpha": 16}')
    assert len({alone, first, stamp_of_lora(path)}) == 3
