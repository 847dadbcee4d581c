"""The subject of several references, with the bundled vision model on the bundled references."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Reference
from gal_studio.engine.patches.foreground import foreground_mask
from gal_studio.engine.patches.loading import PatchTower, load_vision
from gal_studio.rounds.patch_maps import mask_of_reference
from gal_studio.state import Store
from gal_studio.state.files.errors import BusyError
from gal_studio.studio import Studio
from gal_studio.worker.jobs.quality import judge_round
from gal_studio.worker.models import Models
from gal_studio.worker.patches.foregrounds import find_in_references
from gal_studio.worker.patches.patch_scorer import PatchScorer


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> None:
    """Nothing is shortened here: the bundled pictures are searched as users' are."""


@pytest.fixture(scope="module")
def tower() -> PatchTower:
    preset = load_preset("pocket")
    return load_vision(resolve_model(preset.vision_model), resolve_model(preset.clip_model), "cpu")


def teal(picture: Image.Image) -> np.ndarray:
    """The pixels of the bundled teapot that have its colour."""
    red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB"), np.int16), 2, 0)
    return (red < 70) & (abs(green - blue) < 30) & (green > 110) & (green > 2 * red)


def covered(mask: Image.Image, picture: Image.Image) -> tuple[float, float]:
    """The part of the teapot that a mask covers, and the part of the picture."""
    inside = np.asarray(mask) > 127
    return float(inside[teal(picture)].mean()), float(inside.mean())


def find(store: Store, tower: PatchTower, references: Sequence[Reference]) -> list[Reference]:
    assert tower.limits is not None
    scorer = PatchScorer(store, tower, tower.limits, "tower")
    return list(find_in_references(store, lambda: scorer, references, references))


def test_what_all_pictures_have_in_common_is_the_subject(store: Store, tower: PatchTower) -> None:
    references = store.projects.references(Studio(store).create_demo("object"))
    assert len(find(store, tower, references)) == len(references)
    further = []
    for reference in references:
        picture, found = store.images.picture(reference.image), store.refinements.foreground(reference.image)
        assert found is not None and found.mask is not None
        of_subject, of_picture = covered(store.images.mask(found.mask), picture)
        assert of_subject > 0.9 and of_picture < 0.5
        further.append(covered(foreground_mask(picture), picture)[1] - of_picture)
    assert max(further) > 0.05  # the border's colours alone take the sunshade, too


def test_one_picture_is_left_to_the_colours_of_its_border(store: Store, tower: PatchTower) -> None:
    reference = store.projects.references(Studio(store).create_demo("object"))[0]

    def refuse() -> PatchScorer:
        raise AssertionError("there is nothing to compare with")

    list(find_in_references(store, refuse, [reference], [reference]))
    found = store.refinements.foreground(reference.image)
    assert found is not None and found.mask is not None
    alone = foreground_mask(store.images.picture(reference.image))
    assert np.array_equal(np.asarray(store.images.mask(found.mask)), np.asarray(alone))


@pytest.mark.thorough
def test_a_heatmap_before_the_first_refinement_finds_the_same_subjects(
    store: Store, tower: PatchTower, tmp_path: Path
) -> None:
    project_id = Studio(store).create_demo("object")
    references = store.projects.references(project_id)
    round_, anchor = store.rounds.of_project(project_id)[0], store.projects.anchors(project_id)[0]
    drawn = Candidate("", anchor.id, 0, 1, references[0].image, 0.3, 0.2, feature=np.zeros(4))
    store.candidates.save(round_.id, [drawn])
    job = store.jobs.enqueue(project_id, round_.id, "quality")
    list(judge_round(store, Models(load_tower=lambda *_, **__: tower), job))
    with Store(tmp_path / "other") as other:
        same = other.projects.references(Studio(other).create_demo("object"))
        find(other, tower, same)
        wanted = [other.refinements.foreground(one.image) for one in same]
    assert [store.refinements.foreground(one.image) for one in references] == wanted
    for one in references:
        mask = mask_of_reference(one, store.refinements.foreground(one.image))
        assert mask is not None
        assert covered(store.images.mask(mask), store.images.picture(one.image))[0] > 0.9


def test_what_a_disk_refuses_is_no_answer(store: Store) -> None:
    """Loading the vision model may fail because of the network, the disk or the database."""
    references = store.projects.references(Studio(store).create_demo("object"))

    def refuse() -> PatchScorer:
        raise BusyError("Another program holds the workspace.")

    with pytest.raises(BusyError):
        list(find_in_references(store, refuse, references, references))
    found = [store.refinements.foreground(reference.image) for reference in references]
    assert all(found_one is None or found_one.mask is not None for found_one in found)
    assert None in found


def test_asking_for_a_mask_does_not_search(store: Store) -> None:
    reference = store.projects.references(Studio(store).create_demo("object"))[0]
    assert mask_of_reference(reference, store.refinements.foreground(reference.image)) is None
    assert store.refinements.foreground(reference.image) is None
