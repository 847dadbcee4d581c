"""Places in a house."""

from __future__ import annotations

from workshop.pocket.scenes.places_pen import Pen


def stairs(p: Pen) -> None:
    """Wide steps rising under a carpet runner with a banister on each side."""
    p.fill(p.pick("b49ad0", "a8a0d8", "c4a0c8"))
    p.rect(50, -10, 78, 16, "f8e8b0")
    runner = p.pick("d02c44", "2c4cb0", "d02c44")
    steps, y, half = 8, 16.0, 22.0
    for k in range(steps):
        rise, tread = 4 + k * 1.3, 2.6 + k * 0.9
        p.rect(64 - half, y, 64 + half, y + rise + 1, "b8804c")
        p.rect(
            64 - half * 0.55, y, 64 + half * 0.55, y + rise + 1, "8c1c30" if runner == "d02c44" else "1c3080"
        )
        y, half = y + rise, half + 5.6
        p.rect(64 - half, y, 64 + half, y + tread + 0.5, "f0c890")
        p.rect(64 - half * 0.55, y, 64 + half * 0.55, y + tread + 0.5, runner)
        y += tread
    for side in (-1, 1):
        for k in range(6):
            x, low = 64 + side * (24 + k * 9.5), 26 + k * 18
            p.rect(x - 1.4, low - 22 - k * 2, x + 1.4, low, "fff8f0")
        p.line([(64 + side * 20, 2), (64 + side * 76, 90)], "5c2c1c", 5)
        p.disc(64 + side * 20, 2, 4.5, "5c2c1c")


def _sofa_couch(p: Pen) -> None:
    """The couch itself."""
    body, dark, seat = (
        ("2c9a98", "1c7070", "40b4b0"),
        ("e0a030", "b07818", "f0b848"),
        ("5a6cc0", "40509a", "7486d8"),
        ("d8607a", "b0425c", "ea7c92"),
    )[p.n(0, 3)]
    p.rect(4, 36, 63.4, 92, body, 10)
    p.rect(64.6, 36, 124, 92, body, 10)
    p.rect(8, 80, 63.2, 104, seat, 5)
    p.rect(64.8, 80, 120, 104, seat, 5)
    p.rect(4, 100, 124, 118, dark, 3)
    p.rect(-12, 58, 14, 120, body, 9)
    p.rect(114, 58, 140, 120, body, 9)
    p.rect(-12, 70, 12, 120, dark, 6)
    p.rect(116, 70, 140, 120, dark, 6)
    p.tilt(23 + p.u(-2, 2), 68, 22, 22, p.u(-25, 25), p.pick("fff0b0", "ffffff", "ff9a6a"))
    p.tilt(106 + p.u(-2, 2), 68, 22, 22, p.u(-25, 25), p.pick("f05a6a", "ffe070", "fff6ec"))
    p.rect(8, 118, 16, 126, "4c2c1c")
    p.rect(112, 118, 120, 126, "4c2c1c")


def sofa(p: Pen) -> None:
    """A big couch seen from the front, cushions at its ends, a picture and a lamp above."""
    p.fill(p.pick("f8dcd0", "f4e4d4", "f0d4dc", "dce8e4"))
    if p.coin(0.6):
        p.rect(44, 3, 84, 28, "8a5a3c")
        p.rect(48, 7, 80, 24, "fff6e4")
        p.poly([(52, 24), (62 + p.u(-4, 4), 11), (74, 24)], p.pick("e87a50", "5a9ad0", "58a868"))
    else:
        p.rect(40, -10, 88, 29, "ffffff")
        p.rect(43, -10, 63, 26, "9cdcfa")
        p.rect(66, -10, 85, 26, "9cdcfa")
    p.rect(12, 14, 14.5, 60, "6a4a38")
    p.poly([(6, -4), (21, -4), (27, 16), (0, 16)], "ffd870")
    p.oval(112, 12, 6, 14, "4c9a50")
    p.oval(122, 16, 6, 14, "5cb060")
    p.rect(108, 24, 126, 38, "e07848", 2)
    p.band(112, 160, "b8845c")
    _sofa_couch(p)


def _pot(p: Pen, x: float, base: float, name: str) -> None:
    p.rect(x - 14, base - 11, x + 14, base - 8, "3a3f48", 1)
    p.rect(x - 11, base - 15, x + 11, base, name, 2)
    p.rect(x - 12, base - 18, x + 12, base - 15, "3a3f48", 1)
    p.disc(x, base - 20, 2.4, "3a3f48")


def _kitchen_machines(p: Pen) -> None:
    """The floor, the fridge and the stove."""
    p.checker(92, "ffffff", p.pick("e8604a", "58a8d0"))
    p.rect(-12, 10, 28, 106, "a8e0dc", 4)
    p.band(80, 81, "fdf6e6")
    p.rect(-12, 44, 28, 47, "6cb4b0")
    p.rect(20, 22, 24, 40, "f4fcfc", 1)
    p.rect(20, 52, 24, 76, "f4fcfc", 1)
    p.rect(96, 64, 140, 110, "e4e8ec", 2)
    p.rect(96, 64, 140, 72, "3a3f48")
    p.rect(101, 80, 140, 102, "26303a", 2)
    p.rect(105, 86, 140, 98, "ff9a3c", 2)
    for k in range(3):
        p.disc(103 + k * 9, 76, 2.2, "d8303a")
    _pot(p, 113 + p.u(-2, 2), 63, p.pick("e83a3a", "2f7ad0", "58b058"))
    p.poly([(98, 24), (128, 24), (140, 36), (90, 36)], "9aa4ac")


def kitchen(p: Pen) -> None:
    """Cabinets, a hanging row of pans, a stove with a pot and oven, a fridge."""
    wood, knob = p.pick("ffd24a", "ffe08a", "ffb850", "e0a868"), "b8742c"
    p.fill("fdf6e6")
    p.rect(30, -10, 66, 26, wood)
    p.rect(68, -10, 104, 26, wood)
    p.rect(60, 14, 63, 22, knob)
    p.rect(71, 14, 74, 22, knob)
    p.band(29, 31, "8a949c")
    for x, r in ((44, 8), (64, 10), (84, 7)) if p.coin(0.7) else ((48, 10), (74, 9)):
        x += p.u(-2, 2)
        p.rect(x - 1.2, 30, x + 1.2, 46, "3a3f48")
        p.disc(x, 46 + r, r, p.pick("3a3f48", "c85a2c", "d8303a"))
    _kitchen_machines(p)


def wooden_floor(p: Pen) -> None:
    """Planks that widen towards the viewer, a skirting board, a bare wall."""
    p.fill(p.pick("f4ead8", "e4ecf0", "f0e0e0", "e8f0dc"))
    p.band(44, 50, "ffffff")
    light, dark, seam = (
        ("c88a4c", "b87a3e", "9a6230"),
        ("d8a468", "c8945a", "a87444"),
        ("a86a3c", "985c30", "7a4624"),
    )[p.n(0, 2)]
    p.band(50, 160, light)
    y, height, row = 50.0, 8.0, 0
    while y < 140:
        if row % 2:
            p.band(y, y + height, dark)
        p.band(y, y + 1.2, seam)
        for k in range(5):
            x = k * 36 + row * 17 % 36 - 12
            p.rect(x, y, x + 1.2, y + height, seam)
        y, height, row = y + height, height * 1.22, row + 1
