"""Streets and yards."""

from __future__ import annotations

from workshop.pocket.scenes.places_pen import Pen


def _tire(p: Pen, x: float, y: float, r: float) -> None:
    p.oval(x, y, r, r * 0.9, "1e1c20")
    p.oval(x, y, r * 0.8, r * 0.7, "38343a")
    p.oval(x, y, r * 0.48, r * 0.42, "8a8078")


def _wreck(p: Pen, x: float, y: float, body: str) -> None:
    p.poly([(x - 16, y - 14), (x - 9, y - 28), (x + 13, y - 26), (x + 19, y - 14)], body)
    p.poly([(x - 11, y - 15), (x - 6, y - 25), (x + 1, y - 25), (x + 1, y - 15)], "342820")
    p.poly([(x + 4, y - 15), (x + 4, y - 24), (x + 11, y - 23), (x + 14, y - 15)], "342820")
    p.poly([(x - 30, y), (x - 32, y - 12), (x - 14, y - 16), (x + 30, y - 14), (x + 32, y)], body)
    p.disc(x - 26, y - 9, 3, "f4e8b0")
    p.oval(x + 8, y - 8, 8, 3, "6a2c14")
    p.disc(x - 17, y, 7, "1e1c20")
    p.disc(x + 18, y + 1, 7, "8a5a34")


def _junkyard_foreground(p: Pen) -> None:
    """Tires and a barrel in front."""
    for x, y in ((6, 110), (27, 114), (15, 94), (10, 78)):
        _tire(p, x + p.u(-2, 2), y, 13)
    p.rect(104, 68, 126, 104, p.pick("2c6a8a", "c8402c"), 2)
    p.rect(104, 78, 126, 81, "e8dcc8")
    p.rect(104, 92, 126, 95, "e8dcc8")
    p.oval(115, 69, 11, 3, "3a2c24")
    _tire(p, 112 + p.u(-3, 3), 114, 12)


def junkyard(p: Pen) -> None:
    """Rusty heaps under a hazy sky: a car wreck, tires, barrels, a crane's magnet."""
    p.fade(-10, 70, "d8b070", "f4dca8")
    p.poly(
        [
            (-30, 90),
            (-30, 30),
            (14, 18 + p.u(-5, 5)),
            (40, 50),
            (60, 62),
            (84, 44),
            (112, 24 + p.u(-5, 5)),
            (170, 40),
            (170, 90),
        ],
        "8a5a3a",
    )
    tones = ("b0562c", "78706a", "5a7480", "c87a34", "6a4430")
    for k in range(14):
        x = p.u(0, 44) if k % 2 else p.u(84, 128)
        p.tilt(x, p.u(42, 76), p.u(12, 24), p.u(4, 9), p.u(-50, 50), tones[k % 5])
    p.band(82, 160, "a07850")
    for _ in range(6):
        p.oval(p.u(0, 128), p.u(90, 124), 9, 2, "825e3c")
    _wreck(p, 30 + p.u(-4, 2), 50 + p.u(-3, 3), p.pick("c85a2c", "4a8a8a", "c8a02c"))
    p.rect(88, -10, 91, 12, "3a3430")
    mx = 89.5
    p.poly([(mx - 8, 12), (mx + 8, 12), (mx + 15, 20), (mx - 15, 20)], "e8b01c")
    p.rect(mx - 16, 20, mx + 16, 26, "3a3430", 1)
    p.tilt(mx - 4, 30, 22, 5, p.u(-25, 25), "8a949a")
    _junkyard_foreground(p)


def _bricks(p: Pen, side: int, edge: float, wall: str, mortar: str) -> None:
    near, far = (-30.0, edge) if side < 0 else (158.0, 128 - edge)
    p.poly([(near, -60), (far, 14), (far, 84), (near, 152)], wall)
    for k in range(-2, 12):
        t = k / 10
        p.line([(near, -60 + 212 * t), (far, 14 + 70 * t)], mortar, 1.8)
    for row in range(10):
        for j in range(5):
            d = (j + row % 2 * 0.5) / 5
            x = near + (far - near) * d
            top, low = -60 + 74 * d, 152 - 68 * d
            y = top + (low - top) * row / 10
            p.line([(x, y), (x, y + (low - top) / 10)], mortar, 1.8)


def _alleyway_props(p: Pen) -> None:
    """Fire escape, washing and bins."""
    for y in (20, 44):
        p.poly([(-10, y), (30, y + 6), (30, y + 10), (-10, y + 5)], "20242c")
        for k in range(5):
            p.rect(-2 + k * 8, y - 13 + k, k * 8, y + 4 + k, "20242c")
        p.line([(-10, y - 14), (30, y - 7)], "20242c", 2.4)
    p.line([(28, 26), (6, 48)], "20242c", 3.5)
    p.line([(28, 50), (8, 70)], "20242c", 3.5)
    p.line([(34, 20), (64, 25), (96, 20)], "fff4e8", 1.6)
    for x, name in ((44, "ffffff"), (57, "4a9ae0"), (71, "f0c83a")):
        p.rect(x + p.u(-1, 1), 22, x + 10, 36, name)
    p.poly([(90, 78), (126, 74), (140, 112), (92, 106)], "1c7a4c")
    p.poly([(88, 72), (124, 66), (140, 76), (90, 82)], "124c30")
    p.rect(4, 86, 26, 116, "98a4ac", 2)
    p.rect(1, 82, 29, 87, "5c6870", 2)
    p.rect(10, 90, 12, 112, "6c7880")
    p.rect(18, 90, 20, 112, "6c7880")


def alleyway(p: Pen) -> None:
    """Brick walls closing in from both sides, a fire escape, bins, washing on a line."""
    p.fade(-10, 70, p.pick("f0b08a", "98a8d0", "f0c890"), "f8e4c4")
    p.rect(44, 40, 84, 86, "7a6a78")
    p.rect(50, 48, 56, 56, "ffe08a")
    p.rect(70, 48, 76, 56, "ffe08a")
    p.band(84, 160, "6c6670")
    p.poly([(56, 84), (72, 84), (90, 150), (38, 150)], "58525e")
    edge = 46 + p.u(-3, 3)
    wall = p.pick("a8442c", "b0503c", "9c3c30")
    _bricks(p, -1, edge, wall, "dc9474")
    _bricks(p, 1, edge, wall, "dc9474")
    _alleyway_props(p)


def _schoolyard_playground(p: Pen) -> None:
    """The hoop, a ball and the hopscotch squares."""
    p.band(76, 82, "5cb04a")
    p.band(82, 160, p.pick("7c8ca4", "8890a0"))
    p.rect(113, 20, 117, 106, "3c4450")
    p.rect(94, 8, 127, 33, "ffffff", 1)
    p.rect(103, 17, 118, 28, "e8342c")
    p.rect(105, 19, 116, 28, "ffffff")
    p.oval(110.5, 34, 9, 2.6, "ff6a1c")
    p.poly([(102, 35), (119, 35), (115, 47), (106, 47)], "dce4f0")
    p.disc(117, 110, 9, "f0802c")
    p.arc(117, 110, 9, 0, 360, "6a3010", 1.8)
    p.rect(108, 109, 126, 111, "6a3010")
    hops = ("ffe04a", "ff8ac0", "7af0c0", "ffffff")
    for k in range(4):
        y, w = 88 + k * 10, 8 + k * 1.5
        for dx in (0,) if k % 2 == 0 else (-w * 0.5, w * 0.5):
            p.rect(20 + dx - w / 2, y, 20 + dx + w / 2 - 1, y + 9, hops[k])


def schoolyard(p: Pen) -> None:
    """A long school with a clock gable and flag, a basketball hoop, hopscotch on the ground."""
    p.fade(-10, 60, "5cb8f4", "c4e8fc")
    wall = p.pick("e0644a", "e87a4a", "d8584a")
    p.rect(-20, 32, 104, 76, wall)
    p.rect(-20, 29, 104, 34, "fff4e0")
    x = 46 + p.u(-4, 4)
    p.rect(x - 18, 20, x + 18, 76, wall)
    p.poly([(x - 23, 21), (x, 4), (x + 23, 21)], "8a3428")
    p.disc(x, 27, 8, "ffffff")
    p.line([(x, 22), (x, 27), (x + 4, 29)], "20242c", 2)
    p.rect(x - 8, 54, x + 8, 76, "3c5c8c")
    p.rect(x - 0.8, 54, x + 0.8, 76, "fff4e0")
    for k, wx in enumerate((-2, 14, 72, 88)):
        for y in (40, 58):
            p.rect(wx + (x - 46) * 0.5, y, wx + 10, y + 11, "d4f0fc" if k % 2 else "fff0b0")
    p.rect(x - 1, -10, x + 1, 5, "8a949c")
    p.rect(x + 1, -3, x + 13, 4, p.pick("ffd02c", "2c6ae0"))
    _schoolyard_playground(p)


def _city_night_street(p: Pen) -> None:
    """Neon, the road and its lamps."""
    p.rect(2, 68, 16, 90, p.pick("ff2c8a", "ff2c8a", "ff6a2c"), 2)
    p.rect(112, 66, 126, 90, p.pick("20e8f0", "a0ff4a"), 2)
    p.band(92, 98, "5a5478")
    p.poly([(44, 92), (84, 92), (190, 150), (-62, 150)], "2c2c40")
    for k in range(4):
        y = 94 + k * k * 4
        p.poly([(63 - k, y), (65 + k, y), (66 + k, y + 4 + k * 2), (62 - k, y + 4 + k * 2)], "f8e8a0")
    for x, side in ((24, 1), (104, -1)):
        p.rect(x - 1.8, 44, x + 1.8, 104, "0c0c20")
        p.line([(x, 44), (x + side * 9, 42)], "0c0c20", 3)
        p.disc(x + side * 10, 45, 8, "a8803c")
        p.disc(x + side * 10, 45, 5, "fff0a0")


def city_night(p: Pen) -> None:
    """Dark towers of lit windows along a street in perspective, lamps, a moon, neon."""
    p.fade(-10, 90, "101446", "4a2a7c")
    p.disc(64 + p.u(-12, 12), 16, 9, "fff4c4")
    for k in range(6):
        p.rect(34 + k * 11, 40 + p.u(-12, 12), 45 + k * 11, 90, "241c54")
    for side in (0, 1):
        for k, top in enumerate((p.u(-8, 8), p.u(14, 30))):
            x0, x1 = (k * 27 - 8, k * 21 + 19) if not side else (109 - k * 21, 136 - k * 27)
            p.rect(x0, top, x1, 96, "161638" if k == 0 else "2a2458")
            for row in range(8):
                for c in range(3):
                    wx, wy = min(x0, x1) + 3 + c * 8, top + 5 + row * 9
                    if p.coin(0.7) and wy < 66 and wx < max(x0, x1) - 4:
                        p.rect(wx, wy, wx + 4.5, wy + 5, p.pick("ffd84a", "ffb83a", "fff0a0"))
    _city_night_street(p)
