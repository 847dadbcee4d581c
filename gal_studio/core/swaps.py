"""Things that a small model was taught, in the place of related ones that it was not: a parrot for a swan."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_INSTEAD: Mapping[str, str] = {
    "parrot, owl, penguin": "bird pigeon dove crow raven sparrow robin swallow toucan peacock flamingo",
    "parrot, penguin, owl": "swan goose duck chicken hen rooster turkey seagull ostrich stork heron crane",
    "owl, parrot, penguin": "eagle hawk falcon",
    "cat, lion": "kitten tiger leopard lynx cheetah jaguar panther puma",
    "dog, fox": "puppy wolf hyena coyote poodle dachshund",
    "panda, teddy bear": "bear koala raccoon badger",
    "horse, cow": "pony donkey zebra deer elk moose camel giraffe goat sheep lamb bull buffalo unicorn",
    "pig, cow": "elephant rhino rhinoceros hippo boar",
    "rabbit": "hare mouse rat hamster squirrel hedgehog beaver kangaroo",
    "monkey": "ape gorilla chimpanzee lemur sloth",
    "turtle, frog": "lizard crocodile alligator snake dragon dinosaur gecko chameleon",
    "whale, fish": "shark dolphin seal orca walrus",
    "octopus, crab": "squid jellyfish lobster shrimp",
    "bee, butterfly": "ant beetle ladybug dragonfly moth spider wasp fly insect",
    "car, bus": "truck van lorry tractor taxi motorbike motorcycle scooter tram",
    "airplane": "helicopter rocket jet spaceship drone",
    "sailboat": "ship boat yacht canoe ferry",
    "house": "castle church tower building cottage barn hut lighthouse windmill",
    "teapot": "cup mug bowl vase bottle pot kettle jug pitcher",
    "chair": "table desk stool bench armchair",
    "flower": "tulip sunflower daisy orchid",
    "tree": "palm oak pine bush",
    "apple, lemon": "pear peach plum pineapple mango fruit",
    "pizza, hamburger": "sandwich taco pasta burrito sausage",
    "cake": "cupcake pie cookie muffin pancake",
    "jacket": "shirt dress sweater trousers skirt",
    "hat": "cap helmet scarf glove",
    "shoe": "boot sandal sneaker slipper",
    "teddy bear, snowman": "doll toy robot puppet gnome",
    "drum": "guitar violin piano trumpet flute",
}
"""What to name instead of other things, the nearest first. Plurals are left alone."""


@dataclass(frozen=True)
class Swap:
    """A thing that the model knows, and the prompt with it."""

    word: str
    prompt: str


def swaps(prompt: str, known: Collection[str], name: str = "") -> tuple[Swap, ...]:
    """A prompt with each known thing in the place of a related one; empty where it names none.

    What is part of the `name` of the style or object stays.
    """
    before_it, is_named, _ = prompt.lower().partition(name.lower() or "\0")
    named = range(len(before_it), len(before_it) + len(is_named))
    for instead, others in _INSTEAD.items():
        offered = [word for word in instead.split(", ") if word in known]
        pattern = rf"(?<!\w)(?:(an?)\s+)?(?:{'|'.join(others.split())})(?!\w)"
        for found in re.finditer(pattern, prompt, re.IGNORECASE) if offered else ():
            if found.end() - 1 not in named:
                before, after = prompt[: found.start()], prompt[found.end() :]
                return tuple(Swap(word, f"{before}{_called(word, found[1])}{after}") for word in offered)
    return ()


def _called(word: str, article: str | None) -> str:
    """With the article that its first sound wants, written as the former one: "An owl"."""
    if article is None:
        return word
    return f"{article[0]}{'n' if word[0] in 'aeiou' else ''} {word}"
