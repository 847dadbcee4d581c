"""The square of a picture that a training sees, and how much of the picture is outside of it."""

WORTH_TELLING = 0.05
"""The share of a picture from which on it is told that this much is cut off."""

Size = tuple[int, int]


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


def about_crop(size: Size) -> str:
    """What is said of a picture of which the middle square alone is learned; "" if that is nearly all."""
    share = cut_off(size)
    if share < WORTH_TELLING:
        return ""
    where = "at the top and at the bottom" if size[1] > size[0] else "at the left and at the right"
    return f"its middle square alone is learned: {share:.0%} is cut off {where}"
