"""The part of a picture that a training sees: a square, or all of it in its own shape."""

import math

WORTH_TELLING = 0.05
"""The share of a picture from which on it is told that this much is cut off."""

Size = tuple[int, int]
_ENDS = {True: "at the top and at the bottom", False: "at the left and at the right"}


def square_box(size: Size, at: float) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the largest square of a picture (width, height).

    `at` is its place along the longer side: 0 at the left or the top, 0.5 in the middle, 1 at the other end.
    """
    width, height = size
    side = min(size)
    left, top = round(at * (width - side)), round(at * (height - side))
    return left, top, left + side, top + side


def cut_off(size: Size) -> float:
    """The share of a picture that is outside its largest square, in [0, 1)."""
    return 1 - min(size) / max(size)


def bucket(size: Size, resolution: int, grid: int) -> Size:
    """The width and height in which a picture (width, height) is trained in its own shape: its aspect-ratio
    bucket.

    Sides are multiples of `grid` from half to twice `resolution`, which is such a multiple, and there are at
    most resolution x resolution pixels, so that no bucket needs more memory than the square. Of those, the
    one of the nearest aspect ratio, and of two the larger one.
    """
    sides = range(math.ceil(resolution / 2 / grid) * grid, 2 * resolution + 1, grid)
    pairs = [(side, min(2 * resolution, resolution**2 // side // grid * grid)) for side in sides]
    wanted = math.log(size[0] / size[1])
    return min(
        (found for pair in pairs for found in (pair, pair[::-1])),
        key=lambda found: (abs(math.log(found[0] / found[1]) - wanted), -found[0] * found[1]),
    )


def margin(size: Size, kept: Size) -> float:
    """The share of a picture that is cut off to give it the aspect ratio of `kept`, in [0, 1)."""
    own, wanted = size[0] / size[1], kept[0] / kept[1]
    return 1 - min(own, wanted) / max(own, wanted)


def about_shape(size: Size, kept: Size) -> str:
    """What is said of a picture that is trained in its own shape, in the bucket `kept`."""
    size_kept, share = f"{kept[0]} × {kept[1]}", margin(size, kept)
    if share < WORTH_TELLING:
        return f"trained on as it is: {size_kept}"
    is_too_tall = size[1] * kept[0] > size[0] * kept[1]
    return f"trained on as {size_kept}: {100 * share:.0f}% is cut off {_ENDS[is_too_tall]}"


def about_crop(size: Size) -> str:
    """What is said of a picture of which the middle square alone is learned; "" if that is nearly all."""
    share = cut_off(size)
    if share < WORTH_TELLING:
        return ""
    return f"cropped to the center square ({100 * share:.0f}% cut off {_ENDS[size[1] > size[0]]})"
