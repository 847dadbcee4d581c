"""Vehicles seen from inside and the places where they stop."""

from __future__ import annotations

from workshop.pocket.scenes.places_pen import Pen


def _plane_seats(p: Pen) -> None:
    """Rows of seats."""
    cloth, dark = (("24408c", "182c64"), ("b02a48", "7c1c34"), ("2c6c8c", "1c4c64"))[p.n(0, 2)]
    for x in (2, 126):
        x += p.u(-2, 2)
        p.rect(x - 15, 54, x + 15, 80, dark, 8)
        p.rect(x - 22, 66, x + 22, 150, cloth, 9)
        p.rect(x - 11, 54, x + 11, 64, "f6f6f8", 3)
        p.rect(x - 15, 84, x + 15, 106, dark, 3)
        p.rect(x - 12, 88, x + 12, 91, "a8b4c8")
    for x in (44, 84):
        p.rect(x - 13, 82, x + 13, 150, dark, 7)
        p.rect(x - 11, 86, x + 11, 150, cloth, 5)
        p.rect(x - 7, 82, x + 7, 90, "f6f6f8", 2)


def plane(p: Pen) -> None:
    """The cabin: rounded windows full of sky, lockers above, a seat back on each side."""
    p.fill("eceef2")
    p.band(-20, 9, "c4ccd6")
    p.band(9, 12, "98a4b4")
    for x in (28, 66, 104):
        p.rect(x - 0.7, -20, x + 0.7, 9, "98a4b4")
    shade = p.u(0, 12)
    for k, x in enumerate((10, 45, 80, 115)):
        p.rect(x - 15, 18, x + 15, 66, "b4bece", 13)
        p.rect(x - 11.5, 22, x + 11.5, 62, "4aa8f0", 10)
        p.oval(x - 2, 52 + k % 2 * 3, 8, 4, "ffffff")
        p.oval(x + 4, 50 + k % 2 * 3, 5, 4, "ffffff")
        if shade > 6 and k % 2:
            p.rect(x - 11.5, 22, x + 11.5, 28 + shade, "f8f8fa", 8)
    p.poly([(74, 60), (86, 60), (91.5, 54), (91.5, 50)], "e8ecf4")
    p.band(76, 80, "b4bece")
    p.band(104, 160, "5a6478")
    _plane_seats(p)


def _boat_deck(p: Pen) -> None:
    """Planks, rails and a lifebuoy."""
    p.poly([(64, 70), (170, 150), (-42, 150)], "e0a460")
    p.poly([(44, 76), (84, 76), (170, 150), (-42, 150)], "e0a460")
    for k in range(-5, 6):
        p.line([(64 + k * 4, 74), (64 + k * 16, 140)], "a8682c", 1.8)
    for side in (-1, 1):
        p.line([(64 + side * 18, 76), (64 + side * 96, 142)], "ffffff", 6)
        for x in (30, 46, 62):
            y = 86.0 + (x - 30) * 0.85
            p.rect(64 + side * x - 1.3, y - 24, 64 + side * x + 1.3, y, "ffffff")
        p.line([(64 + side * 22, 56), (64 + side * 70, 92)], "ffffff", 3.5)
    p.disc(115, 80, 13, "e8342c")
    for a in (0, 90, 180, 270):
        p.pie(115, 80, 13, 13, a + 25, a + 65, "ffffff")
    p.disc(115, 80, 6, "1668b0")


def boat(p: Pen) -> None:
    """A deck running to the bow, sails on a mast, a rail and the open sea."""
    p.fade(-10, 56, p.pick("48b8f0", "68c8f0", "f8b878"), "d4f0fa")
    p.oval(106 + p.u(-6, 6), 14, 14, 5, "ffffff")
    p.oval(114, 18, 12, 5, "ffffff")
    horizon = 54 + p.u(-3, 3)
    p.band(horizon, 160, "1668b0")
    for k in range(9):
        x, y = p.u(0, 128), horizon + 4 + k * 3.5
        p.rect(x - 8, y, x + 8, y + 1.8, "5ab0e4", 0.8)
    stripe = p.pick("e03a34", "e03a34", "f09a20")
    p.poly([(42, -20), (42, 50), (4, 50)], "fffaf0")
    p.poly([(42, 14), (42, 26), (17, 26), (23.5, 14)], stripe)
    p.poly([(50, -30), (50, 46), (84, 46)], "fff2dc")
    p.rect(44, -20, 48, 92, "8a4c20")
    p.rect(40, 50, 90, 53, "8a4c20", 1)
    _boat_deck(p)


def _subway_seats(p: Pen) -> None:
    """Rows of seats."""
    seat, dark = (("f07a1c", "b8540c"), ("2ca0a0", "1c7474"), ("e8506a", "b03048"))[p.n(0, 2)]
    p.band(100, 160, "5c646e")
    for k in range(6):
        x = -2 + k * 22
        p.rect(x, 70, x + 20, 94, seat, 4)
        p.rect(x, 90, x + 20, 101, dark, 3)
    p.band(19, 22, "f8d030")
    for x in (14, 38, 90, 114):
        x += p.u(-2, 2)
        p.rect(x - 1.2, 20, x + 1.2, 34, "2c3440")
        p.poly([(x, 32), (x + 6, 43), (x - 6, 43)], "2c3440")
        p.poly([(x, 36), (x + 2.8, 41), (x - 2.8, 41)], "f0f2f4")
    for x in (25, 103):
        p.rect(x - 2.2, 14, x + 2.2, 150, "f8d030")
        p.rect(x - 2.2, 14, x - 0.8, 150, "fff0a0")


def subway(p: Pen) -> None:
    """Inside a carriage: dark windows, a line map, straps and yellow poles over benches."""
    p.fill("c4ccd2")
    p.band(-20, 5, "eef2f4")
    p.band(5, 17, "ffffff")
    line = p.pick("e0303a", "2060d0", "18a058")
    p.band(10, 13, line)
    for k in range(7):
        p.disc(8 + k * 19, 11.5, 3.6, line)
        p.disc(8 + k * 19, 11.5, 1.9, "ffffff")
    for x in (2, 64, 126):
        p.rect(x - 25, 26, x + 25, 66, "8a949e", 5)
        p.rect(x - 22, 29, x + 22, 63, "141a2c", 4)
        y = 40 + p.u(-3, 3)
        p.rect(x - 18, y, x + p.u(-8, 4), y + 3, "ffc84a")
        p.rect(x + 8, y + 12, x + 18, y + 14.5, "4a6a9c")
    p.rect(31.5, 20, 34, 80, "98a2ac")
    p.rect(94, 20, 96.5, 80, "98a2ac")
    _subway_seats(p)


def _bus(p: Pen, x: float, base: float, body: str) -> None:
    p.rect(x, base - 58, x + 64, base, body, 6)
    p.rect(x + 4, base - 51, x + 22, base - 28, "2c4864", 2)
    p.rect(x + 25, base - 51, x + 42, base - 28, "a8dcf4", 2)
    p.rect(x + 45, base - 51, x + 62, base - 28, "a8dcf4", 2)
    p.rect(x, base - 22, x + 64, base - 18, "fffaf0")
    p.disc(x + 4, base - 8, 3, "fff8c8")
    p.disc(x + 18, base, 9, "20242c")
    p.disc(x + 18, base, 4, "c8ccd0")


def _bus_stop_shelter(p: Pen) -> None:
    """The glass shelter and the sign."""
    frame = p.pick("1c6c8c", "2c8a5c", "34446c")
    p.rect(-2, 30, 58, 84, "c8ecf4")
    p.poly([(6, 30), (18, 30), (2, 84), (-2, 84), (-2, 60)], "e8fafc")
    p.rect(2, 36, 20, 66, "ff7a5a")
    p.disc(11, 47, 6, "ffe080")
    p.rect(5, 57, 17, 60, "ffffff")
    p.rect(-8, 20, 66, 29, frame, 2)
    for x in (-2, 26, 57):
        p.rect(x, 28, x + 3, 100, frame)
    p.rect(0, 78, 57, 83, "c87a34", 1)
    p.rect(6, 82, 9, 98, frame)
    x = 75 + p.u(-2, 2)
    p.rect(x - 1.8, 20, x + 1.8, 104, "404854")
    p.disc(x, 17, 13, "ffffff")
    p.disc(x, 17, 11, "2060d0")
    p.rect(x - 6, 11, x + 6, 21, "ffffff", 2)
    p.rect(x - 4, 13, x + 4, 17, "2060d0")
    p.disc(x - 3.5, 22, 2, "ffffff")
    p.disc(x + 3.5, 22, 2, "ffffff")


def bus_stop(p: Pen) -> None:
    """A glass shelter with a bench, a round stop sign on a pole, a bus pulling in, a road."""
    p.fade(-10, 80, "9cdcf4", "e4f6f0")
    for k in range(5):
        p.rect(k * 30 - 10, 50 - p.u(0, 16), k * 30 + 12, 90, "b4d0c8")
    p.band(84, 104, "d0cabc")
    p.band(104, 107, "f4f0e4")
    p.band(107, 160, "585c66")
    for k in range(-1, 4):
        p.rect(k * 40 + 8, 116, k * 40 + 30, 119, "f8e080")
    _bus(p, 88 + p.u(-5, 6), 92 + p.u(0, 3), p.pick("ffc21c", "e83c34", "ffc21c"))
    _bus_stop_shelter(p)


def _train(p: Pen, x: float, base: float, body: str) -> None:
    p.rect(x - 22, base - 58, x + 22, base, body, 9)
    p.rect(x - 17, base - 51, x + 17, base - 30, "1c2c44", 4)
    p.poly([(x - 12, base - 51), (x - 4, base - 51), (x - 12, base - 30), (x - 17, base - 33)], "5a8cb8")
    p.rect(x - 22, base - 25, x + 22, base - 20, "fff6e0")
    for side in (-1, 1):
        p.disc(x + side * 14, base - 12, 4.5, "fff4b0")
    p.rect(x - 8, base - 14, x + 8, base - 8, "1c2c44", 1)
    p.poly([(x - 20, base), (x + 20, base), (x + 14, base + 6), (x - 14, base + 6)], "2c3038")


def _train_station_platform(p: Pen) -> None:
    """The platform, its clock and bench."""
    p.poly([(62, 68), (170, 68), (170, 150), (62, 150), (54, 128)], "c8c0b4")
    p.poly([(62, 68), (66, 68), (70, 150), (60, 150), (54, 128)], "ffd020")
    for x, top in ((84, 20), (114, 4)):
        p.rect(x - 2.5, top, x + 2.5, 80 + (x - 84) * 0.6, "34445c")
        p.arc(x - 10, top + 10, 12, 270, 360, "34445c", 3)
    p.rect(62, -10, 66, 16, "34445c")
    x = 64 + p.u(-3, 3)
    p.disc(x, 26, 15, "34445c")
    p.disc(x, 26, 12, "fffdf4")
    p.line([(x, 26), (x + p.u(-6, 6), 18)], "20242c", 2.4)
    p.line([(x, 26), (x + 6, 26 + p.u(-4, 4))], "20242c", 2.4)
    p.rect(94, 96, 126, 100, "8a4c2c")
    p.rect(94, 86, 126, 92, "8a4c2c")
    p.rect(97, 86, 100, 110, "34445c")
    p.rect(120, 86, 123, 110, "34445c")


def train_station(p: Pen) -> None:
    """An arched glass roof, a hanging clock, a train on rails and a platform's yellow line."""
    p.fill("8a9ab0")
    p.pie(64, 70, 84, 88, 180, 360, "d8e8f0")
    for k in range(-4, 5):
        p.line([(64 + k * 5, 60), (64 + k * 25, -24)], "5c6c84", 2.2)
    for r in (84, 58, 34):
        p.arc(64, 70, r, 180, 360, "44546c", 4)
    p.band(66, 160, "5a5048")
    p.rect(-30, 60, 30, 72, "b05a3c")
    _train(p, 27 + p.u(-3, 3), 92 + p.u(-3, 3), p.pick("d82c34", "1c8a5c", "e87a1c"))
    for k in range(7):
        y = 99 + k * 6 + k * k * 0.3
        p.rect(2 - k * 4, y, 54 - k * 2, y + 3.5, "8a6040")
    p.poly([(13, 98), (16, 98), (-2, 140), (-8, 140)], "d4dce4")
    p.poly([(40, 98), (43, 98), (46, 140), (40, 140)], "d4dce4")
    _train_station_platform(p)
