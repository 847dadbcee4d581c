"""The benchmark of rounds: its projects can be made, and its arms differ in what they should."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.gal_gain import arms
from benchmarks.gal_gain.cases import Case
from gal_studio.core.types import TrainingExample
from gal_studio.state import Store
from gal_studio.studio import Studio


@pytest.fixture
def case() -> Case:
    picture = Image.effect_noise((64, 64), 90).convert("RGB")
    prompt = "A backpack in gold foil style"
    return Case("foil", "style", ("backpack", "", ""), ((picture, prompt),), "", ("backpack",), ())


def test_a_case_becomes_a_project(case: Case, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        studio = Studio(store)
        project = studio.create_project(arms.draft_of(case, {"tune": {"steps": 3}}))
        assert len(store.projects.anchors(project)) == 18
        assert set(case.wanted) == {anchor.prompt for anchor in store.projects.anchors(project)}


@pytest.mark.parametrize(("arm", "weight"), [("weight 0", 0.0), ("no balance", 1.0), ("plain", None)])
def test_controls_change_the_weight_of_accepted_pictures_alone(arm: str, weight: float | None) -> None:
    """`plain` leaves them out; references keep theirs in all arms."""
    reference, accepted = (
        TrainingExample("x", "a cat", w, is_ref) for w, is_ref in ((1.0, True), (0.4, False))
    )
    changed = arms._weighed(accepted, arm)
    assert (changed.weight if changed else None) == weight
    assert arms._weighed(reference, arm) == reference
