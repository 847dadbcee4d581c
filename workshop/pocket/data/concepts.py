"""The concepts that the pocket model can draw, with their wording and their emoji.

``HELD_OUT_DESIGNS`` are drawings of known concepts that are never trained on; they serve as unseen
references. Concepts with ``in_denoiser=False`` are used by the autoencoder and the vision tower only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """A thing to draw, its wording in captions and its emoji (``unified`` code, lower-case hex)."""

    name: str
    phrase: str
    synonyms: tuple[str, ...]
    codepoints: tuple[str, ...]
    in_denoiser: bool = True
    bare: bool = False  # about half of the captions leave out the article, as GAL's anchors do


def _known(name: str, phrase: str, synonyms: str, codepoints: str, bare: bool = False) -> Concept:
    """A concept from compact text: synonyms separated by ``|``, code points by spaces."""
    said = tuple(s for s in synonyms.split("|") if s)
    return Concept(name, phrase, said, tuple(codepoints.split()), bare=bare)


def _left_out(name: str, phrase: str, synonyms: str, codepoints: str) -> Concept:
    """Like ``_known``, for a concept that the denoiser never sees."""
    said = tuple(s for s in synonyms.split("|") if s)
    return Concept(name, phrase, said, tuple(codepoints.split()), in_denoiser=False)


_ANCHORS = (
    _known("tie", "a tie", "a necktie|a shirt and tie", "1f454"),
    _known("candy", "candy", "a candy|a sweet", "1f36c 1f36d"),
    _known("drum", "a drum", "a musical drum", "1f941 1fa98"),
    _known("koala", "a koala", "a koala bear", "1f428"),
    _known(
        "beach scene",
        "a beach scene",
        "a beach|a sandy beach",
        "1f3d6-fe0f 1f3dd-fe0f",
        bare=True,
    ),
    _known("shoe", "a shoe", "footwear", "1f45f 1f45e 1f97e 1f97f 1f460"),
    _known("pencil", "a pencil", "a writing pencil", "270f-fe0f"),
    _known("kite", "a kite", "a flying kite", "1fa81"),
    _known("cheese", "a cheese", "a piece of cheese|cheese", "1f9c0"),
    _known("backpack", "a backpack", "a rucksack|a school bag", "1f392"),
    _known("donut", "a donut", "a doughnut", "1f369"),
    _known("leaf", "a leaf", "a tree leaf", "1f343 1f342 1f341"),
    _known("moon", "the moon", "a moon", "1f319 1f315 1f31d 1f31b 1f314", bare=True),
    _known("jacket", "a jacket", "a coat", "1f9e5"),
    _known("parrot", "a parrot", "a tropical bird", "1f99c"),
    _known("lantern", "a lantern", "a paper lantern", "1f3ee"),
    _known("grapes", "a cluster of grapes", "grapes|a bunch of grapes", "1f347"),
    _known("knife", "a knife", "a kitchen knife", "1f52a"),
)

_SUBJECTS = (
    _known("cat", "a cat", "a kitty", "1f431 1f408 1f408-200d-2b1b 1f63a"),
    _known("dog", "a dog", "a doggy", "1f436 1f415 1f429 1f9ae 1f415-200d-1f9ba"),
    _known("teapot", "a teapot", "a pot of tea", "1fad6"),
    _known("car", "a car", "an automobile", "1f697 1f698 1f699 1f3ce-fe0f"),
    _known("house", "a house", "a home", "1f3e0 1f3e1 1f3da-fe0f"),
    _known("flower", "a flower", "a blossom", "1f33b 1f33c 1f337 1f339 1f33a"),
    _known("tree", "a tree", "", "1f333 1f332"),
    _known("teddy bear", "a teddy bear", "a stuffed bear|a plush bear", "1f9f8"),
    _known("chair", "a chair", "a wooden chair", "1fa91"),
)

_FOODS = (
    _known("apple", "an apple", "", "1f34e 1f34f"),
    _known("banana", "a banana", "a peeled banana", "1f34c"),
    _known("strawberry", "a strawberry", "", "1f353"),
    _known("watermelon", "a watermelon", "a slice of watermelon", "1f349"),
    _known("lemon", "a lemon", "", "1f34b"),
    _known("cherries", "cherries", "a pair of cherries|two cherries", "1f352"),
    _known("carrot", "a carrot", "", "1f955"),
    _known("corn", "an ear of corn", "corn|a corn cob", "1f33d"),
    _known("mushroom", "a mushroom", "a toadstool", "1f344"),
    _known("pizza", "a pizza", "a slice of pizza", "1f355"),
    _known("hamburger", "a hamburger", "a burger", "1f354"),
    _known("ice cream", "an ice cream", "ice cream", "1f366 1f368"),
    _known("cake", "a cake", "", "1f370 1f382"),
    _known("bread", "a loaf of bread", "bread", "1f35e"),
    _known("coffee", "a cup of coffee", "a hot drink", "2615"),
)

_ANIMALS = (
    _known("rabbit", "a rabbit", "a bunny", "1f430 1f407"),
    _known("fox", "a fox", "", "1f98a"),
    _known("lion", "a lion", "", "1f981"),
    _known("panda", "a panda", "a panda bear", "1f43c"),
    _known("pig", "a pig", "", "1f437 1f416"),
    _known("cow", "a cow", "", "1f42e 1f404"),
    _known("horse", "a horse", "", "1f434 1f40e"),
    _known("monkey", "a monkey", "", "1f435 1f412"),
    _known("frog", "a frog", "", "1f438"),
    _known("penguin", "a penguin", "", "1f427"),
    _known("owl", "an owl", "", "1f989"),
    _known("turtle", "a turtle", "a tortoise", "1f422"),
    _known("fish", "a fish", "", "1f41f 1f420"),
    _known("whale", "a whale", "", "1f433 1f40b"),
    _known("octopus", "an octopus", "", "1f419"),
    _known("crab", "a crab", "", "1f980"),
    _known("butterfly", "a butterfly", "", "1f98b"),
    _known("bee", "a bee", "a honeybee", "1f41d"),
    _known("snail", "a snail", "", "1f40c"),
)

_OBJECTS = (
    _known("bicycle", "a bicycle", "a bike", "1f6b2"),
    _known("bus", "a bus", "", "1f68c 1f68d"),
    _known("train", "a train", "a locomotive", "1f682 1f686"),
    _known("airplane", "an airplane", "a plane|an aeroplane", "2708-fe0f 1f6e9-fe0f"),
    _known("sailboat", "a sailboat", "a sailing boat", "26f5"),
    _known("balloon", "a balloon", "a party balloon", "1f388"),
    _known("gift", "a gift", "a present|a gift box", "1f381"),
    _known("book", "a book", "a closed book", "1f4d5 1f4d7 1f4d8 1f4d9"),
    _known("alarm clock", "an alarm clock", "a clock", "23f0"),
    _known("key", "a key", "", "1f511 1f5dd-fe0f"),
    _known("light bulb", "a light bulb", "a bulb", "1f4a1"),
    _known("candle", "a candle", "a burning candle", "1f56f-fe0f"),
    _known("camera", "a camera", "a photo camera", "1f4f7 1f4f8"),
    _known("hat", "a hat", "", "1f3a9 1f452"),
    _known("crown", "a crown", "", "1f451"),
    _known("bell", "a bell", "", "1f514"),
    _known("hammer", "a hammer", "", "1f528"),
    _known("soccer ball", "a soccer ball", "a football", "26bd"),
    _known("cactus", "a cactus", "", "1f335"),
    _known("mountain", "a mountain", "", "1f3d4-fe0f 26f0-fe0f 1f5fb"),
    _known("snowman", "a snowman", "", "2603-fe0f 26c4"),
)

_LEFT_OUT = (
    _left_out("elephant", "an elephant", "", "1f418"),
    _left_out("guitar", "a guitar", "an electric guitar", "1f3b8"),
    _left_out("umbrella", "an umbrella", "a parasol", "2602-fe0f 2614"),
    _left_out("pineapple", "a pineapple", "", "1f34d"),
    _left_out("rocket", "a rocket", "a spaceship", "1f680"),
    _left_out("castle", "a castle", "a fortress", "1f3f0 1f3ef"),
    _left_out("flamingo", "a flamingo", "", "1f9a9"),
    _left_out("hourglass", "an hourglass", "a sand timer", "231b 23f3"),
    _left_out("giraffe", "a giraffe", "", "1f992"),
    _left_out("avocado", "an avocado", "half an avocado", "1f951"),
)

CONCEPTS: tuple[Concept, ...] = _ANCHORS + _SUBJECTS + _FOODS + _ANIMALS + _OBJECTS + _LEFT_OUT

_TEST_SET = (
    *("house", "flower", "tree", "chair", "mushroom", "fish", "bus", "bicycle", "rabbit", "crown"),
    *("sailboat", "apple", "car", "mountain", "owl", "candle", "teapot", "horse"),
)
_NEIGHBOURS = ("cat", "dog", "teddy bear", "fox", "hat", "coffee", "book", "bell")
_HARD = (
    *("candy", "shoe", "leaf", "koala", "jacket", "knife", "fish", "house", "teapot", "bus", "bicycle"),
    *("chair", "owl", "horse", "cat", "rabbit", "moon", "tie", "cheese", "drum", "grapes", "candle"),
    "backpack",
)
_ASKED = {
    **dict.fromkeys((concept.name for concept in _ANCHORS), 2.0),
    **dict.fromkeys(_TEST_SET, 1.8),
    **dict.fromkeys(_NEIGHBOURS, 0.8),
}
CLEAR_RATES = {name: rate * (1.6 if name in _HARD else 1.0) for name, rate in _ASKED.items()}
"""How often the clear pictures show GAL's anchors, the test set's things, the demos' subjects and their like.

All other things share `OTHERS`, so that they are not forgotten."""

OTHERS = 0.18

CLEAREST = {
    "leaf": "1f341",
    "candy": "1f36d",
    "beach scene": "1f3dd-fe0f",
    "moon": "1f315",  # strangers call a crescent a banana
}
"""The code point by which a thing is known best; of others, the first."""

CLEAR_PACKS = ("noto", "twemoji", "fluent-flat", "fluent-3d")
_ROUND = ("noto", "noto-v1", "emojione")
OWN_CLEAR_PACKS = {
    "moon": ("noto", "fluent-flat", "fluent-3d"),
    "fish": ("twemoji", "fluent-flat", "fluent-3d"),
    "pencil": ("noto", "twemoji"),
    "house": ("fluent-flat", "fluent-3d"),
    "car": ("noto", "noto-v1", "twemoji", "fxemoji"),
    "shoe": ("noto", "emojione", "streamline"),
    "candle": ("noto", "twemoji"),
    "horse": ("noto", "noto-v1", "twemoji", "fluent-flat"),
    "tie": ("noto", "twemoji", "streamline"),
    "cheese": _ROUND,
    "grapes": _ROUND,
    "backpack": ("noto", "fluent-flat", "fluent-3d"),
    "drum": ("noto", "twemoji"),
    "kite": ("noto", "fluent-flat", "fluent-3d"),
    "cat": ("noto", "noto-v1"),
}
"""Where the four packs differ too much for a small model, or have drawings that strangers do not name.

All of a thing face the same way, and clear pictures are not mirrored: a small model that sees a thing face
left as often as right draws a teapot with two handles."""

RECOLOURED = frozenset(
    (
        *("candy", "shoe", "pencil", "kite", "backpack", "jacket", "lantern", "house", "flower", "chair"),
        *("mushroom", "fish", "bus", "bicycle", "car", "sailboat", "teapot", "parrot", "hat", "book"),
        "coffee",
    )
)
"""Clear things that stay what they are in any colour."""

HELD_OUT_DESIGNS: frozenset[tuple[str, str, str]] = frozenset(
    {
        ("cat", "1f431", "twemoji"),
        ("cat", "1f408-200d-2b1b", "noto"),
        ("dog", "1f415", "noto"),
        ("dog", "1f429", "twemoji"),
        ("teddy bear", "1f9f8", "twemoji"),
        ("car", "1f3ce-fe0f", "twemoji"),
        # Twemoji's two houses differ only in a tree.
        ("house", "1f3e0", "twemoji"),
        ("house", "1f3e1", "twemoji"),
        ("shoe", "1f45f", "twemoji"),
        ("shoe", "1f97e", "twemoji"),
        ("backpack", "1f392", "twemoji"),
        ("parrot", "1f99c", "twemoji"),
        ("teapot", "1fad6", "twemoji"),
    }
)
