"""Round 0: candidates drawn with the references and no training, in a round like any other."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gal_studio.assets import POCKET_ADAPTER, resolve_adapter
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling import fused_adapter
from gal_studio.engine.sampling.reference_adapter import encode_references
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.features.round_zero.verbs import begins_without_training
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.ui.payloads.projects import project_payload
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.engine.sampling.test_sampler import difference
from tests.engine.tiny import make_tiny_clip
from tests.engine.tiny_flows import make_distilled_klein
from tests.features.needed import refinings
from tests.given_adapter import redrawn, with_adapter
from tests.tiny_project import CHANGES, drawing, large, object_draft
from tests.worker.running import work

LARGE = [(large(1), "A <sks> cat on a rug"), (large(2), "A <sks> cat on a boat")]


def test_round_0_is_drawn_decided_and_learned_from(
    studio: Studio, names: tuple[str, str], adapter: str
) -> None:
    ladder = {"generation": {**CHANGES["generation"], "allocation": "ladder"}}
    project = studio.create_project(object_draft(names, changes=with_adapter(adapter, **ladder)))
    studio.change_settings(project, {"references": {"candidates": 2}})
    first = studio.rounds(project)[0].id
    job, models = studio.instant_round(project), Models()
    done = work(studio, models, job)
    assert (done.state, done.message) == ("completed", "")
    zero = studio.store.rounds.get(job.round_id)
    assert (zero.kind, zero.number, zero.parent_id, zero.adapter) == ("instant", 0, None, None)
    after = studio.store.rounds.get(first)
    assert (after.kind, after.number, after.parent_id) == ("fine_tune", 1, zero.id)
    view = studio.round_view(zero.id)
    assert len(view.candidates) == 8 and len(view.scores) == 4 and view.sentence, "two of each prompt"
    assert len({tile.candidate.seed for tile in view.candidates}) == 8, "the ladder shares no seed here"
    with pytest.raises(StudioError, match="all its images"):
        studio.instant_round(project)
    assert studio.store.rounds.get(zero.id).settings.generation.candidates == 2
    assert view.step in ("accept", "next_round", "done") and not view.trainable
    assert all(tile.candidate.x is not None for tile in view.candidates)
    tile = view.candidates[5]
    alone = redrawn(studio, zero.id, adapter, tile.prompt, tile.candidate.seed)
    stored = studio.store.images.picture(tile.candidate.image)
    assert difference(stored, alone) <= 1
    assert [each.name for each in studio.rounds(project)] == ["Round 0", "Round 1"]

    studio.decide([tile.candidate.id], "accepted")
    assert studio.next_round(zero.id).id == first
    studio.run_round(first)
    work(studio, models)
    learned = studio.store.rounds.training_set(first)
    assert [example.image for example in learned if not example.is_reference] == [tile.candidate.image]
    assert tile.prompt not in {anchor.prompt for anchor in studio.pool(first)}
    assert len(studio.round_view(first).candidates) == 9, "a round generates three"
    again = object_draft(names, changes=with_adapter(adapter), name="Without")
    other = studio.rounds(studio.create_project(again))[0].id
    studio.run_round(other)
    work(studio, models)
    assert studio.adapter_path(other).read_bytes() != studio.adapter_path(first).read_bytes()


@pytest.mark.thorough
def test_references_are_given_without_their_background(
    studio: Studio, names: tuple[str, str], adapter: str
) -> None:
    few = with_adapter(adapter, generation={**CHANGES["generation"], "candidates": 2})
    project, models = studio.create_project(object_draft(names, changes=few)), Models()
    drawn = []
    for references in ({}, {"subject_alone": True}):
        studio.change_settings(project, {"references": references})
        job = work(studio, models, studio.instant_round(project))
        assert (job.state, job.message) == ("completed", "")
        first = studio.round_view(job.round_id).candidates[0]
        drawn.append(studio.store.images.picture(first.candidate.image))
    assert difference(*drawn) > 1


def test_what_needs_a_trained_round_is_refused_for_round_0(
    studio: Studio, names: tuple[str, str], adapter: str
) -> None:
    project = studio.create_project(object_draft(names, changes=with_adapter(adapter)))
    zero = studio.instant_round(project).round_id
    for what in (
        lambda: studio.fine_tune(zero),
        lambda: studio.measure(zero),
        *refinings(studio, zero),
    ):
        with pytest.raises(StudioError, match=r"Round 0 is generated without training, so nothing in"):
            what()
    assert studio.instant_round(project).round_id == zero
    other = studio.store.rounds.get(studio.instant_round(project, {"strength": 0.3}).round_id)
    assert other.id != zero and (other.number, other.parent_id) == (0, None)
    assert [each.name for each in studio.rounds(project)] == ["Round 0", "Round 0 (2)", "Round 1"]


def test_bad_adapters_are_refused_in_a_sentence(
    studio: Studio, names: tuple[str, str], tmp_path: Path
) -> None:
    project = studio.create_project(object_draft(names))
    before = studio.rounds(project)
    settings = studio.store.projects.get(project).settings
    with pytest.raises(StudioError, match=r"has no image adapter: name one in its settings"):
        studio.instant_round(project, {"strength": 0.3})
    assert studio.rounds(project) == before
    assert studio.store.projects.get(project).settings == settings, "a refusal changes nothing"
    for name, words in (
        (str(tmp_path / "nowhere"), "The image adapter .* is not on this computer, or has moved"),
        (str(tmp_path), "There is no image adapter in .* for this base model"),
        ("native", "cannot read reference images by itself: name an image adapter"),
    ):
        studio.change_settings(project, {"references": {"adapter": name}})
        job = work(studio, Models(), studio.instant_round(project))
        assert job.state == "error"
        with pytest.raises(StudioError, match=words):
            raise StudioError(job.message)
        assert not studio.round_view(job.round_id).candidates


def test_the_bundled_model_brings_its_adapter(studio: Studio, names: tuple[str, str]) -> None:
    project = studio.create_project(ProjectDraft("object", ((drawing(1), "A <sks> cat on a rug"),), "<sks>"))
    assert not begins_without_training(studio.store, project)
    round_ = studio.instant_round(project, {"strength": 0.5}).round_id
    used = studio.store.rounds.get(round_).settings.references
    assert (used.adapter, used.strength) == (POCKET_ADAPTER, 0.5)
    assert all(Path(part).exists() for part in resolve_adapter(used.adapter).split(" with "))
    facts = dict(project_payload(studio.project(project)).facts)
    assert facts["Image adapter"] == "Pocket’s own, strength 0.5"
    other = studio.create_project(object_draft(names, name="Another model"))
    with pytest.raises(StudioError, match=r"has no image adapter"):
        studio.instant_round(other)


@pytest.mark.thorough
def test_klein_draws_round_0_with_the_lora_that_its_project_starts_from(
    studio: Studio, tmp_path: Path
) -> None:
    """As one that was refined from klein itself, in the form in which that is written."""
    names = str(make_distilled_klein(tmp_path / "klein")), f"local-dir:{make_tiny_clip(tmp_path / 'clip')}"
    model, lora = load_image_model(names[0], device="cpu"), tmp_path / "lora_patchdpo.safetensors"
    attach_lora(model, TuneSettings(rank=4), torch.Generator().manual_seed(1))
    with torch.no_grad():
        for name, weight in trainable(model).items():
            if "lora_B" in name:
                weight.normal_(0.0, 0.3, generator=torch.Generator().manual_seed(2))
    save_adapter(model, lora, AdapterCard("", model.name, 0, 0, {}))
    detach(model)
    studio.models, drawn, models = CheckHere(), [], Models()
    changes = with_adapter("native", generation={**CHANGES["generation"], "candidates": 2, "resolution": 64})
    changes["tune"] = {**CHANGES["tune"], "rank": 4}
    for start in (None, lora):
        draft = object_draft(names, references=LARGE, changes=changes, name=f"From {start and 'lora'}")
        project = studio.create_project(replace(draft, start_from=start))
        job = work(studio, models, studio.instant_round(project))
        assert (job.state, job.message) == ("completed", "")
        tile = studio.round_view(job.round_id).candidates[0]
        drawn.append(studio.store.images.picture(tile.candidate.image))
    assert difference(*drawn) > 1
    settings = studio.store.rounds.get(job.round_id).settings.generation
    pictures = [studio.store.images.picture(one.image) for one in studio.store.projects.references(project)]
    with fused_adapter.drawing(model, lora) as ready:
        given = encode_references(ready, None, pictures)
        request = DrawRequest(tile.prompt, tile.candidate.seed)
        (alone,) = (
            event.images[0]
            for event in draw(ready, [request], settings, given)
            if isinstance(event, DrawnBatch)
        )
    assert difference(drawn[1], alone) <= 1


def test_too_many_references_are_refused(studio: Studio, names: tuple[str, str]) -> None:
    given = [(drawing(one), "A <sks> cat on a rug") for one in range(11)]
    project = studio.create_project(object_draft(names, references=given, changes=with_adapter("native")))
    with pytest.raises(StudioError, match=r"has 11 references, and an image can use at most 10"):
        studio.instant_round(project)
