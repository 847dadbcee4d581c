"""Things that a small model was taught, in the place of related ones that it was not: a parrot for a swan."""

import re
from collections.abc import Collection, Mapping, Sequence
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


_INSTEAD_OF = {one: instead.split(", ") for instead, others in _INSTEAD.items() for one in others.split()}


@dataclass(frozen=True)
class Swap:
    """A thing that the model knows, and the prompts with it."""

    word: str
    prompts: tuple[str, ...]


def swaps(
    prompts: Sequence[str], known: Collection[str], name: str = "", thing: str = ""
) -> tuple[Swap, ...]:
    """Prompts with each known thing in the place of a related one; empty where none is named.

    That is the first one of `thing`, or else of the first prompt, and goes wherever they name it. What is
    part of the `name` of the style or object stays.
    """
    before, _, after = _parts(thing or prompts[0], name)
    words = re.findall(r"\w+", f"{before} {after}".lower())
    other = next((word for word in words if any(one in known for one in _INSTEAD_OF.get(word, ()))), "")
    offered = [word for word in _INSTEAD_OF.get(other, ()) if word in known]
    return tuple(
        Swap(word, tuple(_with(word, other, prompt, name) for prompt in prompts)) for word in offered
    )


def _with(word: str, other: str, prompt: str, name: str) -> str:
    """A prompt with a word in the place of another one, outside of the name."""
    before, named, after = _parts(prompt, name)
    pattern = re.compile(rf"(?<!\w)(?:(an?)(\s+))?{re.escape(other)}(?!\w)", re.IGNORECASE)
    return named.join(pattern.sub(lambda found: _called(word, found[1]), part) for part in (before, after))


def _parts(prompt: str, name: str) -> tuple[str, str, str]:
    """What stands before the name, the name as it is written, and what stands behind it."""
    at = prompt.lower().find(name.lower()) if name else -1
    if at < 0:
        return prompt, "", ""
    end = at + len(name)
    return prompt[:at], prompt[at:end], prompt[end:]


def _called(word: str, article: str | None) -> str:
    """With the article that its first sound wants, written as the former one: "An owl"."""
    if article is None:
        return word
    return f"{article[0]}{'n' if word[0] in 'aeiou' else ''} {word}"
