"""Rows that name the one that they come after form no loop: of one that does, the first link is cut."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def ordered(above: Mapping[Key, Sequence[Key]]) -> tuple[list[Key], list[tuple[Key, Key]]]:
    """The keys, each after those above it and otherwise in their order; and the links that are cut.

    Of each loop that is the one from its first key, which cannot have come after the others. Names of keys
    that are not there count as none.
    """
    left = {key: [name for name in dict.fromkeys(names) if name in above] for key, names in above.items()}
    placed, cut = dict[Key, None](), list[tuple[Key, Key]]()
    for first in above:
        line: dict[Key, None] = {first: None} if first not in placed else {}
        while line:
            key = next(reversed(line))
            over = next((name for name in left[key] if name not in placed), None)
            if over is None:
                placed[key] = line.pop(key)
            elif over not in line:
                line[over] = None
            else:
                keys = list(line)
                loop = {*keys[keys.index(over) :]}
                begins = next(one for one in above if one in loop)
                follows = [*keys[keys.index(begins) + 1 :], over][0]
                left[begins].remove(follows)
                cut.append((begins, follows))
                for one in keys[keys.index(begins) + 1 :]:
                    del line[one]
    return list(placed), cut
