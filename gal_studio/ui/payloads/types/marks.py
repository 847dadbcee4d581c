"""What a type says of itself in TypeScript."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ts:
    """How the page's types write an annotated type that Python writes otherwise."""

    text: str
