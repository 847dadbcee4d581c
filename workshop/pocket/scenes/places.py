"""The places of the training scenes: caption phrases and a background drawn from scratch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from workshop.pocket.scenes import places_home as home
from workshop.pocket.scenes import places_indoor as indoor
from workshop.pocket.scenes import places_nature as nature
from workshop.pocket.scenes import places_outdoor as outdoor
from workshop.pocket.scenes import places_shops as shops
from workshop.pocket.scenes import places_travel as travel
from workshop.pocket.scenes.places_pen import UNITS, Painter, paint

OVER = 3  # drawn at three times the size for smooth edges


@dataclass(frozen=True)
class Place:
    """One place: its name, its caption phrases (the first is the anchor's) and its painter."""

    name: str
    words: tuple[str, ...]
    draw: Callable[[np.random.Generator], Image.Image]


_PAINTERS: dict[str, tuple[Painter, tuple[str, ...]]] = {
    "workshop": (indoor.workshop, ("in a workshop", "on a workbench", "in a tool shed")),
    "museum": (indoor.museum, ("in a museum", "in an art gallery", "at an art museum")),
    "plane": (travel.plane, ("on a plane", "on an airplane", "inside an airplane cabin")),
    "boat": (travel.boat, ("on a boat", "on a sailing boat", "on the deck of a ship")),
    "laboratory": (indoor.laboratory, ("in a laboratory", "in a lab", "in a science lab")),
    "aquarium": (indoor.aquarium, ("at an aquarium", "in an aquarium", "in front of a fish tank")),
    "subway": (travel.subway, ("on a subway", "on a subway train", "on the metro")),
    "pet_store": (shops.pet_store, ("in a pet store", "in a pet shop", "at a pet store")),
    "cafe": (shops.cafe, ("at a cafe", "in a cafe", "in a coffee shop")),
    "gym": (indoor.gym, ("in a gym", "at the gym", "in a fitness studio")),
    "bus_stop": (travel.bus_stop, ("at a bus stop", "by a bus stop", "waiting at a bus stop")),
    "garden": (nature.garden, ("in a garden", "in a flower garden", "among garden flowers")),
    "train_station": (
        travel.train_station,
        ("at a train station", "in a railway station", "on a train platform"),
    ),
    "junkyard": (outdoor.junkyard, ("in a junkyard", "in a scrapyard", "at a junk yard")),
    "alleyway": (outdoor.alleyway, ("in an alleyway", "in an alley", "in a back alley")),
    "schoolyard": (outdoor.schoolyard, ("in a schoolyard", "in a school playground", "in front of a school")),
    "bank": (shops.bank, ("in a bank", "at a bank", "in a bank vault")),
    "under_tree": (nature.under_tree, ("under a tree", "beneath a tree", "in a tree's shade")),
    "stairs": (home.stairs, ("on the stairs", "on a staircase", "on the steps")),
    "beach": (nature.beach, ("on a beach", "on the beach", "at the seaside")),
    "snow": (nature.snow, ("in the snow", "in a snowy forest", "on a snowy day")),
    "sofa": (home.sofa, ("on a sofa", "on a couch", "on the living room sofa")),
    "kitchen": (home.kitchen, ("in a kitchen", "in the kitchen", "on a kitchen floor")),
    "mountain": (nature.mountain, ("on a mountain", "in the mountains", "on a mountain top")),
    "space": (nature.space, ("in space", "in outer space", "on the moon")),
    "city_night": (
        outdoor.city_night,
        ("in a city street at night", "in a city at night", "on a street at night"),
    ),
    "forest": (nature.forest, ("in a forest", "in the forest", "in the woods")),
    "wooden_floor": (home.wooden_floor, ("on a wooden floor", "on the wooden floor", "on a wood floor")),
    "lake": (nature.lake, ("by a lake", "by the lake", "at a lake")),
    "rain": (nature.rain, ("in the rain", "on a rainy day", "in rainy weather")),
}


def _scene(painter: Painter, rng: np.random.Generator) -> Image.Image:
    return paint(painter, rng, OVER * UNITS).reduce(OVER)


def draw_place(name: str, rng: np.random.Generator, size: int) -> Image.Image:
    """The named place at any size, for pictures larger than the training ones."""
    return paint(_PAINTERS[name][0], rng, size)


PLACES: tuple[Place, ...] = tuple(
    Place(name, words, partial(_scene, painter)) for name, (painter, words) in _PAINTERS.items()
)
