"""Public rooms: flat, bold backgrounds with typical props, which leave the lower centre free."""

from __future__ import annotations

from workshop.pocket.scenes.places_pen import Pen


def _hammer(p: Pen, x: float, y: float) -> None:
    p.rect(x - 2, y, x + 2, y + 25, "d8342c", 1.5)
    p.rect(x - 9, y - 4, x + 7, y + 5, "4a5058", 1.5)
    p.poly([(x + 6, y - 4), (x + 13, y + 5), (x + 6, y + 5)], "4a5058")


def _saw(p: Pen, x: float, y: float) -> None:
    p.poly([(x, y), (x + 32, y + 5), (x + 32, y + 9), (x, y + 14)], "d5dce2")
    p.poly(
        [(x + 4 * k, y + 13.5 - k * 0.7) for k in range(8)]
        + [(x + 4 * k - 2, y + 17 - k * 0.7) for k in range(7, 0, -1)],
        "d5dce2",
    )
    p.rect(x - 10, y - 1, x + 1, y + 15, "e2542c", 4)
    p.rect(x - 7, y + 4, x - 2, y + 10, "d9a566", 2)


def _wrench(p: Pen, x: float, y: float) -> None:
    p.rect(x - 2.5, y, x + 2.5, y + 26, "3f6fa8", 1)
    p.disc(x, y, 6.5, "3f6fa8")
    p.rect(x - 2.5, y - 8, x + 2.5, y, "d9a566")
    p.disc(x, y + 27, 4.5, "3f6fa8")
    p.disc(x, y + 27, 1.8, "d9a566")


def workshop(p: Pen) -> None:
    """A pegboard of tools over a workbench with a vice."""
    p.fill("8a5a34")
    p.rect(-4, 4, 132, 66, "d9a566")
    for k in range(60):
        p.rect(4 + k % 12 * 11, 9 + k // 12 * 12, 6 + k % 12 * 11, 11 + k // 12 * 12, "a87a42")
    tools = [
        lambda x: _hammer(p, x + 2, 15 + p.u(-3, 5)),
        lambda x: _wrench(p, x, 18 + p.u(-3, 5)),
        lambda x: _saw(p, x - 8, 18 + p.u(-3, 8)),
    ]
    places = [16, 50, 88] if p.coin() else [22, 62, 98]
    for x, k in zip(places, p.rng.permutation(3), strict=True):
        tools[int(k)](x + p.u(-3, 3))
    p.rect(112, 18, 115, 40, "e8b020", 1)
    p.rect(110.5, 36, 116.5, 54, "26303a", 2)
    for y, low, name in ((84, 94, "c27a3a"), (94, 97, "6e3f1c"), (97, 160, "55351f")):
        p.band(y, low, name)
    p.rect(4, 97, 18, 140, "a8622c")
    p.rect(108, 97, 122, 140, "a8622c")
    p.rect(99, 72, 124, 84, "4c6a80", 1)
    p.rect(96, 66, 104, 84, "39536a", 1)
    p.rect(112, 66, 119, 76, "39536a", 1)
    p.rect(2, 66, 24, 84, "d8342c", 2)
    p.rect(8, 60, 18, 64, "7a1f18", 1)
    p.rect(2, 72, 24, 75, "f0c040")


def _framed(p: Pen, x: float, y: float, w: float, h: float, kind: int) -> None:
    p.rect(x, y, x + w, y + h, "e8b430")
    p.rect(x + 2, y + 2, x + w - 2, y + h - 2, "a06c14")
    p.rect(x + 4, y + 4, x + w - 4, y + h - 4, "f3e6c4" if kind else "7db6dc")
    cx, cy = x + w / 2, y + h / 2
    if kind == 0:
        p.rect(x + 4, cy + 3, x + w - 4, y + h - 4, "4f8a46")
        p.disc(cx + 4, cy - 3, 4, "ffd84a")
    elif kind == 1:
        p.oval(cx, y + h - 5, w * 0.3, h * 0.24, "2c2f50")
        p.oval(cx, cy - 2, w * 0.17, h * 0.2, "e2a878")
        p.pie(cx, cy - 3, w * 0.2, h * 0.22, 180, 360, "3a2016")
    else:
        p.rect(x + 6, y + 6, cx, cy + 3, "d83a34")
        p.disc(cx + 4, cy + 4, min(w, h) * 0.2, "2f5fb0")
    p.rect(x + 1, y + h - 2, x + w, y + h, "a06c14")


def museum(p: Pen) -> None:
    """Framed paintings between columns, a velvet rope in front."""
    p.fill(p.pick("8e2436", "7a2040", "5c2a52"))
    p.band(-20, 7, "f2e8d4")
    p.band(7, 10, "c8b48a")
    kinds = p.rng.permutation(3)
    _framed(p, 24 + p.u(-2, 2), 17 + p.u(-3, 4), 34, 28, int(kinds[0]))
    _framed(p, 66 + p.u(-2, 3), 14 + p.u(-3, 4), 30, 40, int(kinds[1]))
    p.band(82, 86, "4c1220")
    p.checker(86, "e4d6bc", "6a4a48")
    for x in (8, 114):
        p.rect(x - 8, 12, x + 8, 90, "f6efe0")
        p.rect(x - 3, 14, x - 1, 86, "cdbfa2")
        p.rect(x + 3, 14, x + 5, 86, "cdbfa2")
        p.rect(x - 12, 8, x + 12, 16, "fffaf0")
        p.rect(x - 12, 86, x + 12, 94, "fffaf0")
    for x in (22, 64, 106):
        p.rect(x - 2, 76, x + 2, 112, "e8b430")
        p.disc(x, 74, 4, "f6cc50")
        p.oval(x, 113, 7, 2.5, "b07c18")
    for x in (43, 85):
        p.arc(x, 70, 21, 20, 160, "e0263c", 4)


def _flask(p: Pen, x: float, base: float, size: float, liquid: str) -> None:
    p.poly(
        [
            (x - 3, base - size * 1.1),
            (x + 3, base - size * 1.1),
            (x + 3, base - size * 0.75),
            (x + size * 0.6, base),
            (x - size * 0.6, base),
            (x - 3, base - size * 0.75),
        ],
        "c4ecf4",
    )
    p.poly(
        [
            (x - size * 0.34, base - size * 0.4),
            (x + size * 0.34, base - size * 0.4),
            (x + size * 0.54, base - 2),
            (x - size * 0.54, base - 2),
        ],
        liquid,
    )
    p.rect(x - 5, base - size * 1.2, x + 5, base - size * 1.08, "3d7fa0", 1)
    p.disc(x - 2, base - size * 0.25, 1.8, "ffffff")


def _microscope(p: Pen, x: float, base: float) -> None:
    p.rect(x - 14, base - 5, x + 14, base, "26344a", 2)
    p.arc(x - 2, base - 20, 17, 280, 440, "26344a", 6)
    p.tilt(x - 3, base - 34, 9, 28, 24, "41597c")
    p.tilt(x + 5, base - 51, 12, 8, 24, "26344a")
    p.rect(x - 16, base - 14, x + 4, base - 10, "26344a")


def laboratory(p: Pen) -> None:
    """White-blue tiles, flasks, test tubes and a microscope on a bench."""
    p.fill("e4f3f8")
    for k in range(-1, 9):
        p.rect(k * 16 + 7, -20, k * 16 + 8.5, 86, "b4d8e6")
        p.band(k * 16, k * 16 + 1.5, "b4d8e6")
    p.band(40, 45, "7fa9bd")
    colors = [("36c86a", "ff4fa0", "ffb020", "8a4ff0", "20b8e8")[k] for k in p.rng.permutation(5)]
    p.rect(72, 8, 124, 12, "3d7fa0")
    for k in range(4):
        p.rect(76 + k * 12, 2, 83 + k * 12, 34, "c4ecf4", 3.5)
        p.rect(76 + k * 12, 16 + p.u(-3, 6), 83 + k * 12, 34, colors[k], 3.5)
    p.rect(72, 24, 124, 27, "3d7fa0")
    _flask(p, 20 + p.u(-2, 3), 40, 25, colors[4])
    _flask(p, 48 + p.u(-3, 3), 40, 20 + p.u(0, 4), colors[1])
    p.band(88, 95, "ffffff")
    p.band(95, 160, "5aa6c0")
    p.rect(-10, 101, 30, 140, "7cc4da")
    p.rect(98, 101, 140, 140, "7cc4da")
    _microscope(p, 18 + p.u(-2, 2), 88)
    _flask(p, 110 + p.u(-3, 3), 89, 30 + p.u(0, 5), colors[2])


def _fish(p: Pen, x: float, y: float, size: float, body: str, mark: str) -> None:
    way = 1 if p.coin() else -1
    p.poly(
        [
            (x - way * size * 0.7, y),
            (x - way * size * 1.5, y - size * 0.6),
            (x - way * size * 1.5, y + size * 0.6),
        ],
        mark,
    )
    p.oval(x, y, size, size * 0.62, body)
    p.rect(x - way * size * 0.2, y - size * 0.55, x - way * size * 0.5, y + size * 0.52, mark)
    p.disc(x + way * size * 0.55, y - size * 0.12, size * 0.19, "ffffff")
    p.disc(x + way * size * 0.6, y - size * 0.12, size * 0.1, "101428")


def aquarium(p: Pen) -> None:
    """One huge blue tank of fish, bubbles, weed and coral."""
    p.fade(-10, 130, "2fb4ec", "0a2f86")
    p.poly([(30, -10), (52, -10), (30, 120), (-10, 120)], "3f9fe8")
    p.poly([(84, -10), (98, -10), (110, 120), (80, 120)], "2f88dc")
    p.oval(30, 124, 60, 18, "e6c888")
    p.oval(100, 126, 60, 18, "d8b470")
    for x, side in ((6, 1), (20, -1), (112, -1), (122, 1)):
        height = p.u(40, 62)
        p.line(
            [(x + side * (4 if k % 2 else -3), 116 - height * k / 6) for k in range(7)],
            p.pick("2fae5a", "1c8a58", "5cc84a"),
            5,
        )
    for x in (108, 10):
        for k in (-1, 0, 1):
            p.line([(x, 120), (x + k * 10, 96 + abs(k) * 4)], "ff5a8a", 6)
            p.disc(x + k * 10, 96 + abs(k) * 4, 4, "ff7aa0")
    fish = (("ff8a1c", "ffffff"), ("ffd82a", "3040a0"), ("ff4a6a", "ffc0d0"), ("b06aff", "ffd82a"))
    for k, (x, y) in enumerate(((22, 20), (98, 18), (60, 30), (108, 56), (18, 56))):
        body, mark = fish[(k + p.n(0, 3)) % 4]
        _fish(p, x + p.u(-6, 6), y + p.u(-6, 6), p.u(8, 13), body, mark)
    for _ in range(9):
        p.ring(p.u(4, 124), p.u(2, 80), p.u(2, 4.5), "c8f4ff", 1.6)


def _dumbbell(p: Pen, x: float, y: float, s: float, plate: str) -> None:
    p.rect(x - s, y - 1.8, x + s, y + 1.8, "d0d6dc")
    for side in (-1, 1):
        p.rect(x + side * s * 0.5, y - s * 0.62, x + side * s, y + s * 0.62, plate, 1.5)
        p.rect(x + side * s, y - s * 0.4, x + side * s * 1.25, y + s * 0.4, plate, 1.5)


def _gym_weights(p: Pen, glow: str) -> None:
    """A loaded barbell, a rack and loose dumbbells."""
    y = p.u(34, 44)
    p.rect(18, y - 2.2, 126, y + 2.2, "f4f6f8")
    for x, r in ((24, 13), (31, 24), (97, 24), (106, 13)):
        p.rect(x, y - r, x + 7, y + r, "14161c" if r > 16 else glow, 2)
    for x in (47, 92):
        p.rect(x, y - 4, x + 4, 84, "707a8c")
    p.rect(104, 70, 140, 73, "a0a8b4")
    p.rect(104, 88, 140, 91, "a0a8b4")
    for y in (65, 83):
        _dumbbell(p, 118, y, 10, glow)
    _dumbbell(p, 12 + p.u(-2, 4), 100 + p.u(-6, 8), 11, "14161c")
    _dumbbell(p, 112 + p.u(-3, 3), 114 + p.u(-4, 4), 11, glow)


def gym(p: Pen) -> None:
    """Dark walls, a mirror, a heavy barbell, a rack of dumbbells and a punching bag."""
    p.fill("2b2f3c")
    glow = p.pick("d4f02a", "ff7a1c", "2af0c0")
    p.band(-20, 6, "1b1e28")
    p.rect(30, 12, 100, 64, "9fb8c8", 2)
    p.poly([(44, 12), (58, 12), (38, 64), (30, 64), (30, 52)], "c8dce6")
    p.poly([(74, 12), (80, 12), (60, 64), (54, 64)], "c8dce6")
    p.band(80, 84, glow)
    p.band(84, 160, "4a5468")
    p.poly([(20, 94), (108, 94), (126, 140), (2, 140)], p.pick("2f62c8", "c83248", "3c8a5a"))
    p.rect(10, -10, 12, 16, "c8ccd4")
    p.rect(2, 14, 21, 64, "d82c34", 5)
    p.rect(2, 24, 21, 28, "ffffff")
    _gym_weights(p, glow)
