"""Natural open-air places, and space."""

from __future__ import annotations

import math

from workshop.pocket.scenes.places_pen import Pen


def _flower(p: Pen, x: float, y: float, r: float, petal: str, stem: float) -> None:
    p.rect(x - 1.3, y, x + 1.3, y + stem, "2c8a34")
    p.oval(x + 4, y + stem * 0.6, 4, 2, "2c8a34")
    for k in range(6):
        p.disc(x + math.cos(k * 1.047) * r * 0.62, y + math.sin(k * 1.047) * r * 0.62, r * 0.42, petal)
    p.disc(x, y, r * 0.4, "ffd83a" if petal != "ffc81c" else "7a4418")


def garden(p: Pen) -> None:
    """A clipped hedge behind a white fence, beds of big flowers on a bright lawn."""
    p.fade(-10, 40, "8ad8fa", "d8f4fc")
    for k in range(-1, 9):
        p.disc(k * 17 + p.u(-3, 3), 32 + p.u(-4, 4), 13, "2c8c40")
    p.band(32, 80, "2c8c40")
    for _ in range(8):
        p.disc(p.u(0, 128), p.u(28, 46), 4, "44a850")
    p.band(74, 160, "8cd84a")
    p.band(52, 56, "fffaf4")
    p.band(66, 70, "fffaf4")
    for k in range(-1, 12):
        x = k * 12
        p.poly([(x, 80), (x, 48), (x + 4, 43), (x + 8, 48), (x + 8, 80)], "ffffff")
    p.oval(4, 122, 34, 22, "6a3c20")
    p.oval(124, 122, 34, 22, "6a3c20")
    petals = ("ff4a8a", "ff3a3a", "ffc81c", "b85af0", "ff8ac0", "ffffff")
    for k, (x, y) in enumerate(
        ((10, 64), (26, 84), (6, 96), (102, 82), (118, 66), (122, 96), (20, 110), (108, 108))
    ):
        _flower(p, x + p.u(-3, 3), y + p.u(-4, 4), p.u(9, 12), petals[(k + p.n(0, 5)) % 6], 24)
    bx, by = p.u(44, 84), p.u(12, 24)
    for side in (-1, 1):
        p.oval(bx + side * 5, by, 5, 6, "ff9a2c")
    p.rect(bx - 1, by - 6, bx + 1, by + 6, "402414")


def _under_tree_canopy(p: Pen) -> None:
    """Leaves, apples and a swing."""
    leaf = p.pick("2f8a3c", "3c9a34", "e0782c" if p.coin(0.4) else "4a9a2c")
    bright = "f0a040" if leaf == "e0782c" else "5cb84a"
    p.band(-30, 10, leaf)
    for k in range(9):
        p.disc(k * 16 + p.u(-3, 3), 14 + p.u(-4, 6), 15, leaf)
    for _ in range(10):
        p.disc(p.u(0, 128), p.u(0, 18), p.u(4, 7), bright)
    for _ in range(5):
        p.oval(p.u(60, 120), p.u(40, 100), 2.6, 1.7, leaf)
    p.disc(p.u(50, 90), 24, 3.4, "e03a34")
    p.disc(112, 20, 3.4, "e03a34")
    for side in (98, 116):
        p.rect(side - 0.9, 22, side + 0.9, 80, "c8a060")
    p.rect(94, 78, 120, 83, "c83a34", 1)


def under_tree(p: Pen) -> None:
    """A great trunk at one side and a canopy over the whole top, light on the meadow."""
    p.fade(-10, 80, p.pick("bce8fc", "fce8b8", "d4f0e0"), "f4fcf0")
    p.oval(96, 92, 80, 24, "b4dc6c")
    p.band(88, 160, "9ccc50")
    p.oval(64, 116, 66, 16, "6ca43c")
    x = 22 + p.u(-5, 5)
    p.poly(
        [
            (x - 13, -10),
            (x + 13, -10),
            (x + 12, 70),
            (x + 17, 96),
            (x + 34, 108),
            (x + 6, 104),
            (x - 2, 114),
            (x - 10, 104),
            (x - 36, 110),
            (x - 18, 94),
            (x - 13, 70),
        ],
        "7a4a28",
    )
    p.poly([(x - 13, -10), (x - 5, -10), (x - 6, 96), (x - 18, 100), (x - 13, 70)], "5e361c")
    p.oval(x + 3, 60, 4, 6, "4a2812")
    p.poly([(x + 6, 46), (x + 70, 6), (x + 76, 14), (x + 8, 62)], "7a4a28")
    _under_tree_canopy(p)


def _beach_things(p: Pen) -> None:
    """The parasol, towel, star and ball."""
    x, y, r = 24 + p.u(-4, 4), 50 + p.u(-3, 4), 29
    p.tilt(x + 3, y + 24, 3, 56, -6, "fffaf0")
    stripe = p.pick("f03a3a", "ff7a2c", "e83a8a")
    p.pie(x, y, r, 27, 180, 360, stripe)
    for k in (1, 3):
        p.poly([(x, y - 27), (x - r + k * r * 0.4, y), (x - r + (k + 1) * r * 0.4, y)], "ffffff")
    p.poly([(2, 98), (44, 96), (52, 108), (-4, 111)], "2c7ae0")
    p.poly([(6, 101), (46, 99.5), (48, 102.5), (4, 104)], "ffffff")
    sx, sy = 112 + p.u(-5, 5), 114
    p.poly(
        [
            (
                sx + math.cos(k * 0.628 - 1.57) * (9 if k % 2 == 0 else 4),
                sy + math.sin(k * 0.628 - 1.57) * (9 if k % 2 == 0 else 4),
            )
            for k in range(10)
        ],
        "ff6a4a",
    )
    p.disc(98, 104, 6, "ffffff")
    p.pie(98, 104, 6, 6, 0, 90, "f03a3a")
    p.pie(98, 104, 6, 6, 180, 270, "2c7ae0")


def beach(p: Pen) -> None:
    """Sand, a turquoise sea, a striped parasol, a palm, a sun."""
    p.fade(-10, 46, "5cc8fa", "d4f4fc")
    p.disc(66 + p.u(-10, 10), 16, 11, "fff08a")
    p.band(44, 72, "14b0c0")
    p.band(48 + p.u(0, 3), 52, "4cd0d8")
    p.band(60, 63, "7ce4e4")
    p.fade(72, 140, "fbe4a4", "f0c878")
    if p.coin():
        p.poly([(78, 28), (78, 42), (68, 42)], "ffffff")
        p.poly([(66, 44), (92, 44), (87, 50), (71, 50)], "e83a3a")
        p.poly([(80, 24), (80, 42), (91, 42)], "fff4e0")
    for k in range(-1, 8):
        p.oval(k * 20 + p.u(-3, 3), 71, 13, 4, "ffffff")
    p.line([(112, 100), (106, 70), (110, 40), (116, 18)], "a8682c", 7)
    for a in (-20, 20, 60, 120, 160, 200):
        dx, dy = math.cos(math.radians(a)), math.sin(math.radians(a))
        p.poly(
            [
                (116, 16),
                (116 + dx * 15, 8 + dy * 9),
                (116 + dx * 30, 22 + dy * 20),
                (116 + dx * 13, 17 + dy * 13),
            ],
            p.pick("1c8a3c", "2ca44a"),
        )
    _beach_things(p)


def _pine(p: Pen, x: float, base: float, h: float, name: str) -> None:
    p.rect(x - 3, base - 6, x + 3, base + 3, "5c3c2c")
    for k in range(3):
        y, w = base - h * 0.28 * k, h * (0.36 - 0.08 * k)
        p.poly([(x - w, y), (x, y - h * 0.45), (x + w, y)], name)
        p.poly([(x - w * 0.5, y - h * 0.22), (x, y - h * 0.45), (x + w * 0.5, y - h * 0.22)], "ffffff")


def snow(p: Pen) -> None:
    """Drifts, pines capped in white, a snowman, big flakes."""
    p.fade(-10, 80, "a0b8d8", "dce8f4")
    p.oval(30, 84, 70, 24, "e8f0fa")
    p.oval(110, 84, 60, 20, "dce8f6")
    for x, h in ((6, 70), (44, 46), (84, 50)):
        _pine(p, x + p.u(-3, 3), 80 + p.u(-3, 3), h + p.u(-6, 6), p.pick("2c6a5c", "34745c"))
    p.band(84, 160, "fbfdff")
    p.oval(10, 118, 40, 12, "d4e2f2")
    p.oval(120, 120, 40, 11, "d4e2f2")
    for _ in range(26):
        p.disc(p.u(0, 128), p.u(0, 80), p.u(1.2, 2.6), "ffffff")
    x, y = 108 + p.u(-4, 3), 92 + p.u(-3, 3)
    p.line([(x - 12, y - 28), (x - 24, y - 38)], "5c3c2c", 2.4)
    p.line([(x + 12, y - 28), (x + 24, y - 38)], "5c3c2c", 2.4)
    for dy, r in ((0, 19), (-25, 14), (-44, 10)):
        p.disc(x, y + dy, r, "b4c8e0")
        p.disc(x - 0.8, y + dy - 0.8, r - 1, "ffffff")
    p.rect(x - 11, y - 37, x + 11, y - 32, p.pick("e0303a", "2c6ae0"), 2)
    p.rect(x - 11, y - 54, x + 11, y - 51, "20242c", 1)
    p.rect(x - 7, y - 66, x + 7, y - 52, "20242c", 1)
    p.poly([(x, y - 46), (x - 12, y - 43), (x, y - 41)], "ff8a1c")
    for dx in (-4, 4):
        p.disc(x + dx, y - 47, 1.6, "20242c")


def _peaks(p: Pen) -> None:
    """Three capped peaks with a dark side each."""
    dark, light = (("5c4a8c", "7c68b0"), ("4a5a94", "6c80b8"), ("6a4a7c", "8c68a0"))[p.n(0, 2)]
    for x, top, half in ((24, 30, 50), (108, 24, 52), (66, 8, 54)):
        x, top = x + p.u(-5, 5), top + p.u(-5, 5)
        p.poly([(x - half, 92), (x, top), (x + half, 92)], light)
        p.poly([(x, top), (x + half, 92), (x + 6, 92), (x - 4, top + 40)], dark)
        run = half / (92 - top)
        p.poly(
            [
                (x, top),
                (x - 22 * run, top + 22),
                (x - 9 * run, top + 18),
                (x - 2, top + 27),
                (x + 9 * run, top + 18),
                (x + 22 * run, top + 22),
            ],
            "ffffff",
        )


def mountain(p: Pen) -> None:
    """Violet peaks with white caps, mist below, a rocky ledge and a flag in front."""
    p.fade(-10, 80, p.pick("f8a078", "7cb8e8", "f4b8c0"), "fdecc8")
    p.disc(20 + p.u(-6, 60), 18, 10, "fff4d0")
    _peaks(p)
    for k in range(5):
        p.oval(k * 32 + p.u(-8, 8), 88, 26, 7, "f4ecf4")
    p.poly(
        [(-30, 98), (10, 88), (40, 97), (74, 100), (104, 90), (128, 84), (170, 90), (170, 160), (-30, 160)],
        "7c6a60",
    )
    p.poly([(-30, 98), (10, 88), (22, 98), (0, 150), (-30, 150)], "94806e")
    p.poly([(104, 90), (128, 84), (132, 150), (100, 118)], "5e4e48")
    p.poly([(74, 118), (100, 112), (104, 150), (60, 150)], "5e4e48")
    if p.coin(0.6):
        p.rect(112, 56, 114.5, 90, "402c24")
        p.poly([(112, 57), (92, 63), (112, 70)], "f03a2c")
    else:
        _pine(p, 116, 90, 34, "2c6a5c")
    for x, y in ((40, 30), (54, 40)):
        x += p.u(-8, 8)
        p.line([(x - 7, y - 3), (x, y), (x + 7, y - 3)], "302440", 2)


def _space_near(p: Pen) -> None:
    """The rocket and the moon below."""
    rx, ry = 104 + p.u(-4, 4), 34 + p.u(-4, 4)
    p.poly([(rx - 10, ry + 26), (rx + 10, ry + 26), (rx + 14, ry + 36), (rx - 14, ry + 36)], "e0303c")
    p.poly([(rx - 5, ry + 28), (rx + 5, ry + 28), (rx, ry + 46)], "ffb020")
    p.oval(rx, ry, 10, 30, "f0f2f8")
    p.pie(rx, ry, 10, 30, 238, 302, "e0303c")
    p.disc(rx, ry - 3, 5, "2c7ad0")
    p.oval(64, 150, 110, 56, p.pick("9a98a8", "aaa8b4", "8c8aa8"))
    for cx, cy, s in ((12, 122, 12), (114, 118, 14), (30, 106, 6), (98, 104, 6), (64, 124, 9)):
        cx += p.u(-3, 3)
        p.oval(cx, cy, s, s * 0.4, "6c6a80")
        p.oval(cx, cy + s * 0.12, s * 0.8, s * 0.28, "7e7c90")


def space(p: Pen) -> None:
    """Black sky and stars, a ringed planet, a rocket, a cratered moon below."""
    p.fill("0c0a24")
    p.oval(30 + p.u(-10, 60), 50, 60, 16, "1c1450")
    for _ in range(34):
        p.disc(p.u(0, 128), p.u(0, 100), p.u(0.6, 1.7), "ffffff")
    x, y, r = 28 + p.u(-4, 4), 28 + p.u(-4, 4), 15 + p.u(0, 4)
    body, ring = (("f08a3c", "ffd890"), ("d85ab0", "a8e8ff"), ("4ab8c8", "ffd890"))[p.n(0, 2)]
    tilt = [(x + a * r * 1.75, y - a * r * 0.55) for a in (-1, 1)]
    p.line([(tilt[0][0], tilt[0][1] - 3), (tilt[1][0], tilt[1][1] - 3)], ring, 3)
    p.disc(x, y, r, body)
    p.rect(x - r * 0.9, y - 7, x + r * 0.9, y - 4, ring)
    p.line(tilt, ring, 4)
    _space_near(p)


def _trunk(p: Pen, x: float, w: float) -> None:
    low = 92 + w
    foot = [(x + w * 1.9, low), (x - w * 1.9, low)]
    p.poly([(x - w, -10), (x + w, -10), (x + w, low - 6), *foot, (x - w, low - 6)], "5c3c24")
    p.rect(x - w, -10, x - w * 0.3, low - 6, "472c1a")


def forest(p: Pen) -> None:
    """Great trunks before pale ones, leaves above, a clearing with ferns."""
    p.fade(-10, 90, p.pick("cfe8d0", "d8ecc4", "bfe0d8"), "e8f4d8")
    for k in range(9):
        x, w = k * 17 - 4 + p.u(-4, 4), p.u(2.5, 4.5)
        p.rect(x - w, p.u(-10, 10), x + w, 84, p.pick("8a9a80", "7a8c74"))
    p.band(80, 160, p.pick("6c9a44", "5c8c3c"))
    p.oval(64, 118, 46, 20, "b08c5c")
    for x, w in ((10, 9), (36, 6), (96, 7), (120, 10)):
        _trunk(p, x + p.u(-5, 5), w)
    leaf = p.pick("2c7a34", "34883c")
    for k in range(10):
        p.disc(k * 14 + p.u(-4, 4), p.u(-6, 12), p.u(11, 17), leaf)
    for _ in range(9):
        p.disc(p.u(0, 128), p.u(-4, 16), p.u(4, 7), "54a84c")
    for _ in range(4):
        x, y = p.u(4, 124), p.u(100, 122)
        p.oval(x, y, 9, 6, "3c8c3c")
        p.oval(x + 6, y + 2, 7, 5, "4ca04a")


def lake(p: Pen) -> None:
    """Blue water below far hills and firs, a shore with reeds."""
    p.fade(-10, 44, p.pick("7cc4f4", "f8b890", "9cd4f0"), "f4f0e0")
    for x, top, half in ((20, 14, 46), (84, 8, 56), (120, 18, 40)):
        p.poly([(x - half, 50), (x + p.u(-4, 4), top), (x + half, 50)], p.pick("7c94b4", "6c8aa4", "8ca0b8"))
    for k in range(14):
        x = k * 10 - 2 + p.u(-2, 2)
        p.poly([(x - 6, 54), (x, p.u(34, 42)), (x + 6, 54)], p.pick("2c6a44", "34744c"))
    p.band(52, 94, "4c9cd0")
    for _ in range(7):
        p.oval(p.u(0, 120), p.u(58, 90), p.u(8, 18), 1.1, "a4d4f0")
    p.oval(64, 56, 44, 3, "7cb8dc")
    p.poly([(-30, 98), (20, 90), (64, 95), (110, 89), (160, 96), (160, 160), (-30, 160)], "d8c48c")
    p.band(106, 160, "8cc04c")
    for x in (8, 14, 20, 112, 119):
        x += p.u(-2, 2)
        p.line([(x, 104), (x + p.u(-3, 3), 74)], "4c7c34", 2)
        p.oval(x, p.u(72, 76), 2, 6, "7a4a24")


def rain(p: Pen) -> None:
    """A grey sky with clouds, slanted drops, puddles with rings."""
    p.fade(-10, 80, "6c7c94", "a4b0c0")
    for k in range(9):
        p.disc(k * 17 + p.u(-5, 5), p.u(-2, 12), p.u(11, 17), p.pick("5a6678", "687488"))
    p.band(84, 160, p.pick("6c7484", "78809a", "6a7a70"))
    for x, y, r in ((20, 112, 26), (100, 118, 30), (64, 98, 20)):
        p.oval(x + p.u(-6, 6), y, r, r * 0.22, "94a4b8")
        p.oval(x, y + 1, r * 0.7, r * 0.13, "b8c8d8")
    for _ in range(70):
        x, y = p.u(-4, 132), p.u(-6, 120)
        p.line([(x, y), (x - 2.5, y + 10)], "d4e4f4", 1.1)
    for _ in range(8):
        p.ring(p.u(5, 123), p.u(96, 122), 3, "d4e4f4", 1)
