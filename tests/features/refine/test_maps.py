"""Quality maps: of all candidates, of several subjects, and without a foreground."""

import io

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo import patch_quality
from gal_studio.core.types import Job
from gal_studio.features.refine.engine import add_missing_regions, read_pair, weights_of_pair
from gal_studio.rounds.patch_maps import judged_candidates
from gal_studio.state.tables.refinements import StoredMap
from gal_studio.studio import ProjectDraft, ReferenceDraft, Studio
from gal_studio.worker.jobs import quality
from gal_studio.worker.models import Models
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import references_by_subject
from gal_studio.worker.task import Progress
from tests.tiny_project import drawing, object_draft
from tests.worker.running import changes, first_round, half, work
from tests.worker.working import stop_at

WORDS = ("<sks>", "<zwx>")


def judged_in(studio: Studio, round_id: str) -> frozenset[str]:
    """The candidates of a round that have heat maps."""
    store = studio.store
    prompts = store.projects.prompts(store.rounds.get(round_id).project_id)
    return judged_candidates(store, round_id, store.rounds.get(round_id).settings, prompts)


def test_quality_maps_of_all_candidates(studio: Studio, models: Models) -> None:
    for kind in ("object", "style"):
        first = first_round(studio, kind)
        tile = studio.round_view(first).candidates[0]
        assert tile.candidate.id not in judged_in(studio, first)
        assert studio.patch_maps(tile.candidate.id) == ()
        job = studio.judge_quality(first)
        assert studio.judge_quality(first).id == job.id
        done = work(studio, models, job)
        assert (done.state, done.message) == ("completed", "")
        view = studio.round_view(first)
        for tile in view.candidates:
            assert tile.candidate.id in judged_in(studio, first)
            (found,) = studio.patch_maps(tile.candidate.id, "quality")
            values = np.array(found.values)
            assert (found.height, found.width) == (16, 16) and values.shape == (256,)
            assert values.min() >= 0
            assert values.max() <= 1
        with pytest.raises(StudioError, match="already have their heat maps"):
            studio.judge_quality(first)
        reference = studio.round_view(first).project.references[0]
        studio.set_reference_mask(reference.id, half(255, 0, (40, 32)))
        assert not judged_in(studio, first), "judged by another mask"


def test_a_mask_that_is_painted_meanwhile_counts_for_all_maps(
    studio: Studio, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "BATCH_SIZE", 2)
    first = first_round(studio, "object")
    reference = studio.round_view(first).project.references[0]
    painted = []

    def paint(job: Job, progress: Progress) -> None:
        if progress.phase == "maps" and progress.message == "Making heat maps" and not painted:
            painted.append(progress.done)
            studio.set_reference_mask(reference.id, half(255, 0, (40, 32)))

    def maps() -> list[object]:
        return [studio.patch_maps(tile.candidate.id) for tile in studio.round_view(first).candidates]

    work(studio, models, studio.judge_quality(first), paint)
    assert painted == [2]
    while_painted = maps()
    studio.store.refinements.forget_quality(reference.id)
    work(studio, models, studio.judge_quality(first))
    assert all(while_painted) and while_painted == maps()


def flat(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (grey, grey, grey)).save(buffer, "PNG")
    return buffer.getvalue()


def test_reference_without_a_foreground_is_left_out_and_none_is_refused(
    studio: Studio, models: Models, names: tuple[str, str], tower: str
) -> None:
    first_flat, second_flat = (flat(grey) for grey in (200, 150))

    def pairs_of(references: list[tuple[bytes, str]]) -> Job:
        draft: ProjectDraft = object_draft(names, references=references, changes=changes(tower))
        first = studio.rounds(studio.create_project(draft))[0].id
        studio.fine_tune(first)
        job = studio.make_pairs(first)
        return work(studio, models, job)

    job = pairs_of([(first_flat, "A <sks> cat on a rug"), (drawing(1), "A <sks> cat on a boat")])
    assert job.state == "completed"
    assert len({pair.reference_image for pair in studio.refinement_view(job.round_id).pairs}) == 1
    job = pairs_of([(second_flat, "A <sks> cat on a rug")])
    assert job.state == "error"
    assert "no reference has a usable foreground: paint a mask" in job.message
    with pytest.raises(StudioError, match="no reference has a usable foreground"):
        studio.make_pairs(job.round_id)
    reference = studio.store.projects.references(job.project_id)[0]
    studio.set_reference_mask(reference.id, half(255, 0))
    ended = work(studio, models, studio.make_pairs(job.round_id))
    assert ended.state == "completed"


def two_subjects(
    studio: Studio,
    names: tuple[str, str],
    tower: str,
    prompts: tuple[str, str] = ("A <sks> cat on a rug", "A <zwx> dog on a boat"),
    **refine: object,
) -> str:
    """The queued first round of a cat and a dog; two anchors name both, one the cat, one the dog."""
    references = [
        ReferenceDraft(drawing(number), prompt, word)
        for number, prompt, word in zip((1, 3), prompts, WORDS, strict=True)
    ]
    anchors = ["{} in a gym", "{} in a bank", "a <sks> cat in a cafe", "a <zwx> dog on a plane"]
    draft = object_draft(
        names, references=references, trigger_word="", anchors=anchors, changes=changes(tower, **refine)
    )
    first = studio.rounds(studio.create_project(draft))[0].id
    studio.run_round(first)
    return first


def test_two_subjects_are_judged_by_their_own_references(
    studio: Studio, models: Models, names: tuple[str, str], tower: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 0.0)  # a model of random weights draws no subject
    first = two_subjects(studio, names, tower)
    node = studio.make_pairs(first).round_id
    quality = studio.judge_quality(first)
    work(studio, models)
    pairs = studio.refinement_view(node).pairs
    assert [(pair.subject, pair.prompt.split(" on ")[0]) for pair in pairs] == [
        ("<sks>", "a <sks> cat"),
        ("<zwx>", "a <zwx> dog"),
    ] * 2
    assert all(pair.maps_version for pair in pairs)
    assert studio.store.jobs.get(quality.id).state == "completed"
    tiles = studio.round_view(first).candidates
    assert judged_in(studio, first) == {tile.candidate.id for tile in tiles}
    for tile in tiles:
        found = studio.patch_maps(tile.candidate.id)
        assert [found_map.subject for found_map in found] == [word for word in WORDS if word in tile.prompt]
    both = next(studio.patch_maps(tile.candidate.id) for tile in tiles if "cat and" in tile.prompt)
    assert both[0].values != both[1].values


@pytest.mark.thorough
def test_a_picture_that_was_judged_as_a_whole_is_judged_again(
    studio: Studio, models: Models, names: tuple[str, str], tower: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in workspaces whose subjects were judged together."""
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 0.0)
    first = two_subjects(studio, names, tower)
    work(studio, models)
    name = studio.store.rounds.get(first).settings.refine.vision_model
    for tile in studio.round_view(first).candidates:
        stored = StoredMap(np.full((16, 16), 0.5, np.float32), name)
        studio.store.refinements.save_map(tile.candidate.id, "quality", stored)
    tile = studio.round_view(first).candidates[0]
    assert not judged_in(studio, first) and not studio.patch_maps(tile.candidate.id)
    studio.judge_quality(first)
    work(studio, models)
    assert [found_map.subject for found_map in studio.patch_maps(tile.candidate.id)] == list(WORDS)


def halves_of(left: bytes, right: bytes) -> Image.Image:
    """The left half of a picture and the right half of another one, each in its place."""
    whole, other = (Image.open(io.BytesIO(data)).convert("RGB") for data in (left, right))
    width, height = whole.size
    box = (width // 2, 0, width, height)
    whole.paste(other.crop(box), box)
    return whole


def test_a_pair_that_names_both_uses_the_region_of_its_own(
    studio: Studio, models: Models, names: tuple[str, str], tower: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 0.0)
    both = "A <sks> cat and a <zwx> dog on a rug"
    first = two_subjects(studio, names, tower, prompts=(both, both), pair_prompts="own", pairs=2)
    node = studio.make_pairs(first).round_id
    work(studio, models)
    image = studio.store.images.add_picture(halves_of(drawing(1), drawing(3)))
    studio.store.refinements.keep_drawn((pair.id, image) for pair in studio.store.refinements.pairs(node))
    studio.store.database.write("DELETE FROM patch_maps")
    studio.make_pairs(node)
    work(studio, models)
    project = studio.store.projects.get(studio.store.rounds.get(first).project_id)
    settings = studio.store.rounds.get(node).settings.refine
    scorer = open_scorer(studio.store, models, project, settings.vision_model)
    prompts = studio.store.projects.prompts(project.id)
    references = references_by_subject(scorer, prompts, studio.store.projects.references(project.id))
    assert list(references) == list(WORDS)
    for pair in studio.store.refinements.pairs(node):
        known = scorer.features([pair.generated_image, pair.reference_image])
        x, y = known[pair.generated_image], known[pair.reference_image]
        regions = patch_quality.assign_subjects(patch_quality.quality_by_subject(x, references))
        region = regions[pair.subject]
        found = studio.store.refinements.map(pair.id, "reproduction")
        inside = scorer.patches(pair.reference_mask, y, "")
        raw = patch_quality.smooth(patch_quality.reproduction(y, [x], regions=[region]), inside)
        np.testing.assert_allclose(found.values, patch_quality.rescale(raw, scorer.limits), atol=1e-3)
        assert 0 < region.sum() < region.size
        touched = np.full((32, 40), 128)
        touched[0, 0] = 127  # next to no paint, so that r(y) is computed anew
        paint = studio.store.images.add_picture(Image.fromarray(touched.astype(np.uint8)))
        plain, painted = (
            weights_of_pair(read_pair(studio.store, pair, p), settings, scorer) for p in (None, paint)
        )
        np.testing.assert_allclose(painted, plain, atol=2e-2)
        stored = studio.store.refinements.regions.get(pair.id)
        studio.store.refinements.regions.delete(pair.id)  # as in a workspace of version 8
        add_missing_regions(studio.store, prompts, [pair], lambda: scorer)
        added = studio.store.refinements.regions.get(pair.id)
        assert stored is not None and added is not None
        np.testing.assert_equal(vars(added), vars(stored))
        np.testing.assert_array_equal(stored.subject, region)


def test_a_subject_that_appears_nowhere_is_refused_every_time(
    studio: Studio, models: Models, names: tuple[str, str], tower: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 0.0)
    first = two_subjects(studio, names, tower, pairs=10)
    job = studio.make_pairs(first)
    work(studio, models, job, stop_at(studio, "maps", 8))
    judged = sum(pair.maps_version is not None for pair in studio.refinement_view(job.round_id).pairs)
    assert judged == 8
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 1.5)
    studio.resume(job.id)
    quality = studio.judge_quality(first)
    for _ in range(2):
        work(studio, models)
        for ended in (studio.store.jobs.get(job.id), studio.store.jobs.get(quality.id)):
            assert (ended.state, ended.message.partition(":")[0]) == (
                "error", "The subject <sks> appears in none of the generated images"
            )  # fmt: skip
        job, quality = studio.make_pairs(job.round_id), studio.judge_quality(first)
    assert sum(pair.maps_version is not None for pair in studio.refinement_view(job.round_id).pairs) == judged
    assert not judged_in(studio, first)
    monkeypatch.setattr(patch_quality, "MIN_REPRODUCTION", 0.0)
    work(studio, models)
    assert all(pair.maps_version for pair in studio.refinement_view(job.round_id).pairs)
    assert len(judged_in(studio, first)) == len(studio.round_view(first).candidates)
