"""Paint over pairs, references and candidates decides what is learned."""

from dataclasses import replace

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.refine.engine import read_pair, weights_of_pair
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.patches.open_scorer import open_scorer
from tests.worker.running import first_round, half, paired, refined, trained_on_pairs, work
from tests.worker.working import weights


def test_picture_accepted_in_part_is_learned_there_alone(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    chosen = studio.round_view(first).candidates[0].candidate
    studio.accept_in_part(chosen.id, half(255, 0))
    node = studio.make_pairs(first).round_id
    work(studio, models)
    (pair, *_) = studio.store.refinements.pairs(node)
    settings = studio.store.rounds.get(node).settings.refine
    found = weights_of_pair(read_pair(studio.store, pair), settings)
    assert (found[0, :, 8:] == 0).all()
    assert found[0, :, :8].max() > 0
    second = studio.next_round(first).id
    (example,) = (example for example in studio.training_set(second) if not example.is_reference)
    assert example.mask is not None
    assert studio.store.images.mask(example.mask).getextrema() == (0, 255)
    plain = studio.fine_tune(second)
    work(studio, models)
    assert studio.store.jobs.get(plain.id).state == "completed"
    assert studio.store.rounds.training_set(second)[1].mask == example.mask
    partly = weights(studio, second)
    studio.decide([chosen.id], "accepted")  # now the whole picture
    studio.fine_tune(second)
    work(studio, models)
    assert studio.store.rounds.training_set(second)[1].mask is None
    assert weights(studio, second) != partly


@pytest.mark.thorough
def test_a_small_part_is_learned_where_it_lies(studio: Studio, models: Models) -> None:
    first = first_round(studio, "style")
    tiles = studio.round_view(first).candidates
    part = np.zeros((32, 32), np.uint8)
    part[5:7, 4] = 255  # a fourth of either patch
    studio.accept_in_part(tiles[0].candidate.id, part)
    studio.decide([tiles[5].candidate.id], "accepted")
    node = refined(studio, models, first)
    small = next(pair for pair in studio.store.refinements.pairs(node) if pair.reference_mask)
    settings = replace(studio.store.rounds.get(node).settings.refine, uniform_weights=True)
    learned = weights_of_pair(read_pair(studio.store, small), settings)[0]
    assert np.argwhere(learned).tolist() == [[2, 2], [3, 2]]


def test_a_mask_that_is_too_small_is_told_by_its_picture(studio: Studio, models: Models) -> None:
    first = first_round(studio, "object")
    reference = studio.round_view(first).project.references[0]
    dot = np.zeros((32, 40), np.uint8)
    dot[5, 5] = 255
    studio.set_reference_mask(reference.id, dot)
    job = work(studio, models, studio.make_pairs(first))
    assert job.state == "error"
    assert job.message.startswith(f"The subject under the mask of {reference.prompt!r} is too small")


def test_paint_reaches_the_weights_and_the_training(studio: Studio, models: Models) -> None:
    node = paired(studio, models)
    pair = studio.store.refinements.pairs(node)[0]
    settings = studio.store.rounds.get(node).settings.refine
    plain = weights_of_pair(read_pair(studio.store, pair), settings)
    studio.paint(pair.id, half(0, 128))
    view = studio.refinement_view(node)
    assert view.pairs[0].painted is not None
    assert (view.can_undo, view.can_redo) == (True, False)
    project = studio.store.projects.get(studio.store.rounds.get(node).project_id)
    scorer = open_scorer(studio.store, models, project, settings.vision_model)
    painted = read_pair(studio.store, pair, view.pairs[0].painted)
    brushed = weights_of_pair(painted, settings, scorer)
    assert (brushed[1, :, :8] == 0).all()  # painted bad: nothing is learned there
    np.testing.assert_allclose(brushed[1, :, 8:], plain[1, :, 8:], atol=1e-3)
    assert (brushed[0] >= plain[0] - 1e-3).all()  # and what it stood for counts as lost in y
    assert brushed[0].sum() > plain[0].sum()
    learned = trained_on_pairs(studio, models, node)
    assert studio.undo_painting(node) == pair.id
    assert studio.refinement_view(node).pairs[0].painted is None
    assert trained_on_pairs(studio, models, node) != learned
    assert studio.redo_painting(node) == pair.id
    assert trained_on_pairs(studio, models, node) == learned


@pytest.mark.thorough
def test_paint_on_a_finished_refinement_trains_beside_it(
    done: tuple[Studio, str, str], models: Models
) -> None:
    studio, _, node = done
    pair = studio.refinement_view(node).pairs[1]
    studio.paint(pair.id, half(255, 0))
    beside = studio.refine(node).round_id
    assert beside != node
    copied = studio.refinement_view(beside).pairs[1]
    assert copied.painted == studio.refinement_view(node).pairs[1].painted
    work(studio, models)
    assert weights(studio, beside) != weights(studio, node)


def test_own_mask_of_a_reference_counts_and_keeps_the_pictures(studio: Studio, models: Models) -> None:
    node = paired(studio, models)
    before = studio.refinement_view(node).pairs
    with pytest.raises(StudioError, match="has all its pairs"):
        studio.make_pairs(node)
    reference = studio.store.projects.references(studio.store.rounds.get(node).project_id)[0]
    studio.set_reference_mask(reference.id, half(255, 0, (40, 32)))
    studio.make_pairs(node)
    work(studio, models)
    after = studio.refinement_view(node).pairs
    assert [pair.generated_image for pair in after] == [pair.generated_image for pair in before]
    mask = studio.store.projects.reference(reference.id).mask
    assert [pair.reference_mask == mask for pair in after] == [True, False, True, False]
    assert all(pair.maps_version for pair in after)
    pair = studio.store.refinements.pairs(node)[0]
    refine = studio.store.rounds.get(node).settings.refine
    found = weights_of_pair(read_pair(studio.store, pair), refine)
    assert (found[0, :, 8:] == 0).all()
    studio.set_reference_mask(reference.id, None)
    assert studio.store.projects.reference(reference.id).mask is None
    assert studio.undo_reference_mask(reference.id)
    assert studio.store.projects.reference(reference.id).mask == mask


def test_bad_paint_and_masks_are_one_sentence(studio: Studio, models: Models) -> None:
    first, node = first_round(studio, "object"), paired(studio, models)
    pair = studio.refinement_view(node).pairs[0]
    studio.paint(pair.id, half(255, 128))
    kept = studio.refinement_view(node).pairs[0].painted
    with pytest.raises(StudioError, match="16 x 16 pixels"):
        studio.paint(pair.id, half(0, 128, (16, 16)))
    with pytest.raises(StudioError, match="8-bit"):
        studio.paint(pair.id, np.zeros((32, 32)))
    with pytest.raises(StudioError, match="no pair 'nothing'"):
        studio.paint("nothing", half(0, 128))
    assert studio.refinement_view(node).pairs[0].painted == kept
    studio.paint(pair.id, half(128, 128))  # nothing painted is no paint
    assert studio.refinement_view(node).pairs[0].painted is None
    candidate = studio.round_view(first).candidates[0].candidate.id
    reference = studio.round_view(first).project.references[0]
    for left, right, words in (
        (0, 0, "covers nothing"),
        (255, 255, "covers everything"),
        (255, 0, "16 x 16"),
    ):
        own, of_reference = ((16, 16), (16, 16)) if words == "16 x 16" else ((32, 32), (40, 32))
        with pytest.raises(StudioError, match=words):
            studio.accept_in_part(candidate, half(left, right, own))
        with pytest.raises(StudioError, match=words):
            studio.set_reference_mask(reference.id, half(left, right, of_reference))
    assert studio.round_view(first).accepted == 0
    assert studio.store.projects.reference(reference.id).mask is None
