"""Shops and the bank, in the same flat, bold style."""

from __future__ import annotations

from workshop.pocket.scenes.places_pen import Pen


def _bone(p: Pen, x: float, y: float, s: float, name: str) -> None:
    p.rect(x - s, y - s * 0.25, x + s, y + s * 0.25, name)
    for side in (-1, 1):
        p.disc(x + side * s, y - s * 0.3, s * 0.38, name)
        p.disc(x + side * s, y + s * 0.3, s * 0.38, name)


def _paw(p: Pen, x: float, y: float, s: float, name: str) -> None:
    p.oval(x, y + s * 0.3, s * 0.7, s * 0.55, name)
    for dx, dy in ((-0.8, -0.3), (-0.3, -0.75), (0.3, -0.75), (0.8, -0.3)):
        p.oval(x + dx * s, y + dy * s, s * 0.25, s * 0.32, name)


def _birdcage(p: Pen, x: float, base: float) -> None:
    p.pie(x, base - 26, 16, 16, 180, 360, "fff6d0")
    p.rect(x - 16, base - 26, x + 16, base, "fff6d0")
    bird = p.pick("2f8af0", "f0502f", "ffb81c")
    p.oval(x - 1, base - 14, 7, 9, bird)
    p.disc(x + 1, base - 23, 5.5, bird)
    p.poly([(x + 5, base - 25), (x + 11, base - 22), (x + 5, base - 20)], "ff8a1c")
    p.arc(x, base - 26, 16, 180, 360, "b0761c")
    for k in range(5):
        p.rect(x - 16 + k * 7.6, base - 36 + abs(k - 2) * 4, x - 14 + k * 7.6, base, "b0761c")
    p.rect(x - 18, base - 3, x + 18, base + 1, "b0761c")


def _fishbowl(p: Pen, x: float, base: float) -> None:
    p.disc(x, base - 13, 14, "d8f4ff")
    p.pie(x, base - 13, 13, 13, -10, 190, "4ab8f0")
    p.rect(x - 8, base - 29, x + 8, base - 25, "a0dcf4", 1)
    p.oval(x + 1, base - 10, 6, 4, "ff6a1c")
    p.poly([(x - 3, base - 10), (x - 9, base - 14), (x - 9, base - 6)], "ff6a1c")


def pet_store(p: Pen) -> None:
    """A lime wall with paw prints, a bird cage, a fish bowl, bones and food bowls."""
    p.fill(p.pick("b8e05a", "c8e468", "a4d860"))
    for x, y in ((10, 56), (36, 14), (60, 44), (118, 66), (60, 68)):
        _paw(p, x + p.u(-4, 4), y + p.u(-3, 3), 6, "94c23c")
    p.band(86, 160, "e8a86a")
    p.band(84, 88, "8a5426")
    p.rect(-10, 44, 50, 48, "a8622c")
    p.rect(76, 44, 140, 48, "a8622c")
    left, right = (26, 102) if p.coin() else (22, 106)
    _birdcage(p, right + p.u(-2, 2), 43)
    _fishbowl(p, left + p.u(-6, 6), 44)
    p.rect(50, 6, 76, 24, "f04a6a", 4)
    _bone(p, 63, 15, 8, "ffffff")
    bag = p.pick("e83a4a", "7a4ad8", "2f8af0")
    p.rect(104, 62, 128, 96, bag, 2)
    p.rect(104, 62, 128, 68, "ffffff")
    _bone(p, 116, 82, 6, "fff4d8")
    p.rect(-6, 74, 26, 100, "8a5426")
    p.pie(10, 100, 12, 20, 180, 360, "3a2010")
    p.poly([(-10, 76), (10, 58), (30, 76)], "e8483a")
    p.poly([(2, 110), (26, 110), (30, 122), (-2, 122)], "2f8af0")
    p.oval(14, 110, 12, 4, "8a5426")
    _bone(p, 108, 116, 10, "fffaf0")


def _cup(p: Pen, x: float, base: float, s: float) -> None:
    p.ring(x + s * 0.8, base - s * 0.7, s * 0.45, "ffffff", 2)
    p.rect(x - s * 0.8, base - s * 1.3, x + s * 0.8, base, "ffffff", s * 0.35)
    p.oval(x, base - s * 1.25, s * 0.8, s * 0.25, "6a3818")
    p.oval(x, base + 0.5, s * 1.3, s * 0.25, "f0e0d0")
    for k in (-1, 1):
        p.line(
            [(x + k * 3, base - s * 1.7), (x + k * 3 + 2, base - s * 2.1), (x + k * 3, base - s * 2.5)],
            "fff4e4",
            1.6,
        )


def _cafe_tables(p: Pen) -> None:
    """Two round tables and the lamps."""
    p.band(84, 160, "7c4a2a")
    for k in range(4):
        p.band(94 + k * 11, 96 + k * 11, "683a1e")
    for x, y in ((10, 82 + p.u(-3, 3)), (117, 84 + p.u(-3, 3))):
        p.rect(x - 2, y, x + 2, y + 34, "2c2430")
        p.oval(x, y + 34, 13, 3.5, "2c2430")
        p.oval(x, y + 2, 25, 6.5, "4c2a16")
        p.oval(x, y, 25, 6.5, "c07a40")
        _cup(p, x, y + 1, 8)
    for x in (54, 84):
        p.rect(x - 0.8, 0, x + 0.8, 26, "2c2430")
        p.pie(x, 34, 9, 10, 180, 360, "2c2430")
        p.disc(x, 35, 3.5, "ffe680")


def cafe(p: Pen) -> None:
    """A striped awning, a menu board, lamps and round tables with cups."""
    p.fill(p.pick("e8c79c", "e4bf98", "d9b48c"))
    p.rect(6, 26, 46, 66, "6e4020")
    p.rect(9, 29, 43, 63, "24382f")
    for k in range(4):
        p.rect(14, 40 + k * 5.5, 26 + p.u(-2, 6), 42.5 + k * 5.5, "e8f0e8")
        p.rect(35, 40 + k * 5.5, 39, 42.5 + k * 5.5, "ffc84a")
    _cup(p, 25, 37, 4)
    p.rect(62, 30, 122, 62, "fff2d0")
    p.rect(65, 33, 119, 59, "9ad8e8")
    p.rect(91, 33, 93, 59, "fff2d0")
    stripe = p.pick("d8303a", "1c8a7a", "d8303a")
    for k in range(-2, 11):
        name = stripe if k % 2 else "fffaf0"
        p.rect(k * 14, -20, k * 14 + 14, 15, name)
        p.disc(k * 14 + 7, 15, 7, name)
    _cafe_tables(p)


def _vault(p: Pen, x: float, y: float, r: float) -> None:
    p.disc(x, y, r, "4a5560")
    p.disc(x, y, r * 0.86, "c4ced6")
    p.disc(x, y, r * 0.62, "8a98a4")
    p.disc(x, y, r * 0.55, "dce4ea")
    for dx, dy in ((0, 1), (0.87, 0.5), (0.87, -0.5)):
        p.line([(x - dx * r * 0.46, y - dy * r * 0.46), (x + dx * r * 0.46, y + dy * r * 0.46)], "4a5560", 3)
    p.disc(x, y, r * 0.17, "e8b420")
    for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7)):
        p.disc(x + dx * r * 0.74, y + dy * r * 0.74, 1.8, "4a5560")


def _dollar(p: Pen, x: float, y: float, r: float) -> None:
    p.disc(x, y, r, "b8801c")
    p.disc(x, y, r * 0.86, "ffd040")
    p.arc(x, y - r * 0.22, r * 0.26, 90, 350, "8a5a0c", r * 0.15)
    p.arc(x, y + r * 0.22, r * 0.26, -90, 170, "8a5a0c", r * 0.15)
    p.rect(x - r * 0.07, y - r * 0.65, x + r * 0.07, y + r * 0.65, "8a5a0c")


def _coins(p: Pen, x: float, base: float, count: int) -> None:
    for k in range(count):
        p.oval(x, base - k * 4, 10, 4.5, "b8801c")
        p.oval(x, base - k * 4 - 1.5, 10, 4, "ffd040")


def bank(p: Pen) -> None:
    """A steel vault door between green marble columns, a dollar coin and stacked gold."""
    p.mirror = False
    p.fill("cfe0c8")
    p.band(-20, 8, "2c6a4c")
    p.band(8, 11, "e8b420")
    side = p.coin()
    _vault(p, 46 if side else 82, 46 + p.u(-3, 3), 27 + p.u(-2, 3))
    _dollar(p, 88 if side else 40, 30 + p.u(-3, 4), 14 + p.u(-1, 2))
    for x in (6, 122):
        p.rect(x - 9, 10, x + 9, 90, "3f8a64")
        p.rect(x - 3, 12, x, 88, "5cae82")
        p.rect(x - 12, 8, x + 12, 17, "e8b420")
        p.rect(x - 12, 82, x + 12, 92, "e8b420")
    p.band(90, 160, "a89c80")
    p.poly([(40, 90), (88, 90), (110, 150), (18, 150)], "2c6a4c")
    _coins(p, 14, 116, p.n(4, 7))
    _coins(p, 30, 122, p.n(1, 3))
    for k, (x, y) in enumerate(((106, 118), (122, 118), (114, 108))):
        if k < 2 or side:
            p.poly([(x - 6, y - 8), (x + 6, y - 8), (x + 9, y + 2), (x - 9, y + 2)], "f0b81c")
            p.rect(x - 6, y - 8, x + 6, y - 6, "ffe68a")
