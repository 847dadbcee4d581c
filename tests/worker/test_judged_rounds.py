"""A LoRA from elsewhere as an untrained round: drawn and measured as it is, alone or beside others."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.layers import read_layers
from gal_studio.rounds import lineage
from gal_studio.studio import Studio
from gal_studio.studio.create.lora_file import checked_lora
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.test_lora_start import write_lora
from tests.worker.working import first_round, work


def test_a_round_starts_from_a_judged_lora(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    studio.models = CheckHere()
    made, file = write_lora(models, names[0], tmp_path / "ink.safetensors"), tmp_path / "ink.safetensors"
    first = first_round(studio, tiny_draft(names, judged=(file,)))
    assert work(studio, models, studio.generate(first)).message == ""
    second = studio.next_round(first)
    assert second.number == 2
    here = studio.store.snapshots.round(second.id)
    assert lineage.starting_adapter(here) == studio.store.rounds.get(first).adapter
    assert work(studio, models, studio.fine_tune(second.id)).message == ""
    kept = read_layers(studio.adapter_path(second.id), "unet")
    moved = max(float((kept[layer].change - made[layer].change).abs().mean()) for layer in made)
    size = max(float(made[layer].change.abs().mean()) for layer in made)
    assert 0 < moved < 0.2 * size
    assert set(kept) > set(made)  # the target is all


def test_what_is_refused_stores_nothing(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    studio.models = CheckHere()
    good = tmp_path / "good.safetensors"
    write_lora(models, names[0], good)
    for given, words in (
        ((good, good), "is given twice"),
        ((good,) * 7, "too many to compare: choose at most 6"),
        ((good, tmp_path / "gone.safetensors"), "There is no file"),
    ):
        with pytest.raises(StudioError, match=words):
            studio.create_project(tiny_draft(names, judged=given))
    with pytest.raises(StudioError, match="cannot both start from one LoRA and judge others"):
        studio.create_project(tiny_draft(names, judged=(good,), start_from=good))
    with pytest.raises(StudioError, match="with a preset that trains a LoRA"):
        studio.create_project(tiny_draft(names, judged=(good,), changes={"tune": {"method": "full"}}))
    for pasted in (f'"{good}"', f" '{good}' ", good.as_uri()):
        assert checked_lora(pasted) == good
    assert not studio.projects()
    assert not list((studio.store.workspace / "adapters").glob("*"))
