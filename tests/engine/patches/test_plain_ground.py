"""A subject is cut out and put on a plain background."""

import numpy as np
from PIL import Image

from gal_studio.engine.patches.foreground import ground_of, is_calm, on_plain_ground
from tests.engine.patches.test_foreground import BOX, SIZE, busy, shape_mask


def test_the_subject_stays_and_the_ground_is_plain() -> None:
    picture, mask = busy(), shape_mask(BOX)
    found = on_plain_ground(picture, mask, (200, 180, 220))
    assert is_calm(found)
    assert not is_calm(picture)
    inside = np.asarray(mask.resize((SIZE, SIZE))) > 127
    core = np.zeros_like(inside)
    core[2:-2, 2:-2] = inside[2:-2, 2:-2] & inside[4:, 2:-2] & inside[:-4, 2:-2]
    same = (np.asarray(found) == np.asarray(picture)).all(axis=2)
    assert same[core].mean() > 0.95
    assert (np.asarray(found)[0, 0] == (200, 180, 220)).all()


def test_the_ground_is_that_of_the_borders_whatever_stands_in_the_middle() -> None:
    pictures = [Image.new("RGB", (60, 40), (10, 200, 30)) for _ in range(3)]
    pictures[0].paste((255, 0, 0), (15, 10, 45, 30))
    pictures[1].paste((255, 0, 0), (25, 20, 35, 40))  # cut off below
    assert ground_of(pictures) == (10, 200, 30)
