"""Whether an object is in a picture (Eq. G25), by hand and on drawn patches."""

from dataclasses import replace
from statistics import stdev

import numpy as np
import pytest

from gal_studio.core.patchdpo.carried import Look
from gal_studio.core.patchdpo.present import FEWEST, NOWHERE, SoughtObjects
from tests.core.patchdpo.test_carried import SIDE, block, look

EAST, NORTH = (1.0, 0.0), (0.0, 1.0)
PROMPT = "a <tiko> robot in space"


def strip(*patches: tuple[tuple[float, float], float]) -> Look:
    """Patches beside each other, each with its features and lightness."""
    colours = np.array([[[light, 0.0, 0.0] for _, light in patches]])
    return Look(np.array([[of for of, _ in patches]]), colours)


OWN = strip((EAST, 100.0), (NORTH, 0.0))
BY_HAND = SoughtObjects({"<tiko>": [(OWN, np.array([[True, False]]))]})
FAR = {f"prompt {place}": (0.7, 0.9)[place % 2] for place in range(FEWEST - 1)} | {PROMPT: 0.9}


def beside(base: dict[str, float]) -> SoughtObjects:
    return replace(BY_HAND, base={prompt: {"<tiko>": far} for prompt, far in base.items()})


def test_by_hand_an_object_of_one_patch() -> None:
    """Patches less their mean: east is as in the reference, wherever it stands; its color is 30 away."""
    moved = strip((NORTH, 0.0), (EAST, 70.0))
    assert BY_HAND.distances(moved) == {"<tiko>": pytest.approx(0.3)}
    assert BY_HAND.distances(strip((NORTH, 90.0), (NORTH, 90.0))) == {"<tiko>": pytest.approx(1.1)}
    spread = stdev(FAR.values())
    assert beside(FAR).found(["<tiko>"], moved, PROMPT) == {"<tiko>": pytest.approx((0.85 - 0.3) / spread)}
    other = beside(FAR).found(["<tiko>"], moved, "another prompt")
    assert other == {"<tiko>": pytest.approx((0.8 - 0.3) / spread)}


def test_what_cannot_be_told_is_not_told() -> None:
    few = dict([*FAR.items()][1:])
    assert beside(few).found(["<tiko>"], OWN, PROMPT) == {}
    alike = dict.fromkeys(FAR, 0.0)  # the base model draws this very object
    assert beside(alike).found(["<tiko>"], OWN, PROMPT) == {}
    assert beside(FAR).found(["<mugo>"], OWN, PROMPT) == {}
    assert SoughtObjects().with_base({PROMPT: OWN}).found([], OWN, PROMPT) == {}, "a style"


def test_each_patch_counts_for_the_object_that_it_is_nearest_to() -> None:
    """The mug is as the robot's ground: where both stand, each is found; where the mug alone, one is."""
    left = np.array([[True, False]])
    two = SoughtObjects({"<tiko>": [(OWN, left)], "<mugo>": [(strip((NORTH, 0.0), (EAST, 100.0)), left)]})
    assert two.distances(OWN) == {"<tiko>": pytest.approx(0.0), "<mugo>": pytest.approx(0.0)}
    flat = strip((NORTH, 0.0), (NORTH, 0.0))
    assert two.distances(flat) == {"<tiko>": NOWHERE, "<mugo>": pytest.approx(1.0)}


def pasted(object_: Look, ground: Look, top: int, left: int) -> Look:
    """The 3 x 3 patches at (2, 2) of one look, on another."""
    features, colours = ground.features.copy(), ground.colours.copy()
    features[top : top + 3, left : left + 3] = object_.features[2:5, 2:5]
    colours[2 * top : 2 * top + 6, 2 * left : 2 * left + 6] = object_.colours[4:10, 4:10]
    return Look(features, colours)


def test_each_of_two_objects_is_found_wherever_it_stands_and_the_missing_one_is_named() -> None:
    robot, mug, grounds = look(1), look(2), [look(seed) for seed in range(10, 30)]
    drawn = {f"prompt {place}": ground for place, ground in enumerate(grounds[:10])}
    own = {"<tiko>": [(robot, block(2, 2))], "<mugo>": [(mug, block(2, 2))]}
    sought = SoughtObjects(own).with_base(drawn)
    for place, ground in enumerate(grounds[10:]):
        top, left = place % (SIDE - 2), (place + 2) % (SIDE - 2)
        one = sought.found(["<tiko>", "<mugo>"], pasted(robot, ground, top, left), "new")
        assert one["<tiko>"] > 3.0 > one["<mugo>"]
        none = sought.found(["<tiko>"], ground, "new")
        assert [*none] == ["<tiko>"], "only what the prompt names is looked for"
        assert none["<tiko>"] < 3.0
