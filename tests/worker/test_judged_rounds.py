"""A LoRA from elsewhere as an untrained round: drawn and measured as it is, alone or beside others."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.types import CARRIES, CHANCE, SHOWN
from gal_studio.engine.loras.layers import read_layers
from gal_studio.rounds import lineage
from gal_studio.studio import Studio
from gal_studio.studio.create.lora_file import checked_lora
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.ui.asking import ask
from tests.worker.test_lora_start import write_lora
from tests.worker.working import first_round, work


@pytest.mark.thorough
def test_two_files_are_judged_side_by_side(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    studio.models = CheckHere()
    made = {
        name: write_lora(models, names[0], tmp_path / f"{name}.safetensors", rank)
        for name, rank in (("ink", 1), ("wash", 3))
    }
    files = tuple(tmp_path / f"{name}.safetensors" for name in made)
    project = studio.create_project(tiny_draft(names, judged=files))
    rounds = studio.rounds(project)
    assert [one.name for one in rounds] == ["ink", "wash"]
    assert [one.source for one in rounds] == ["ink.safetensors", "wash.safetensors"]
    for one in rounds:
        kept = read_layers(studio.adapter_path(one.id), "unet")
        assert kept.keys() == made[one.name].keys()
        assert all(kept[layer].rank == made[one.name][layer].rank for layer in kept)
        jobs = studio.run_missing(one.id)
        assert [job.kind for job in jobs] == ["generate", "measure"]
        for job in jobs:
            assert work(studio, models, job).message == ""
    views = [studio.round_view(one.id) for one in rounds]
    assert [len(view.candidates) for view in views] == [12, 12]
    seeds = [[(tile.prompt, tile.candidate.seed) for tile in view.candidates] for view in views]
    assert seeds[0] == seeds[1]
    measures = studio.measures(project)
    assert {None, *(one.id for one in rounds)} == set(measures.reports)
    for refused in (
        studio.fine_tune,
        getattr(studio, "ask_trainings", studio.fine_tune),
        lambda id_: studio.continue_training(id_, 2),
    ):
        with pytest.raises(StudioError, match=r"ink\.safetensors is judged as it is: go on to"):
            refused(rounds[0].id)
    with pytest.raises(StudioError, match="has been run"):
        studio.run_missing(rounds[0].id)
    _tells_of_other_images(studio, project)


def _tells_of_other_images(studio: Studio, project: str) -> None:
    """The first LoRA generates nothing like the references, the second one half of the way."""
    judged = studio.judged(project)
    for one, carries in zip(judged, (0.0, 0.5), strict=True):
        for drawn in studio.store.candidates.of_round(one.round_id):
            scores = {CARRIES: carries, SHOWN: 0.0, CHANCE: 0.0}
            studio.store.candidates.add_scores(drawn.id, scores)
    said = "ink doesn’t reproduce your images at any strength"
    told = studio.judged(project)
    assert [one.sentences[-1].startswith(said) for one in told] == [True, False]
    assert [said in row["recipe"] for row in ask("outcomes", studio, {"project": project})["rounds"]] == [
        True,
        False,
    ]


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
