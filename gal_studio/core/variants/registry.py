"""The variants of rounds by their stored names: each file of this folder has one."""

import functools
from typing import TYPE_CHECKING

from gal_studio.core.errors import StudioError
from gal_studio.core.registry import Registry
from gal_studio.core.variants.variant import Doing, Variant

if TYPE_CHECKING:
    from gal_studio.core.records.round import Round

VARIANTS: Registry[Variant] = Registry(
    "gal_studio.core.variants",
    lambda value: isinstance(value, Variant),
    "a variant of rounds",
    first=("fine_tune", "refine", "instant"),
)


@functools.cache  # asked for each round of a poll, many times
def find_variant(name: str) -> Variant:
    """The variant of that name; one of a newer version is refused."""
    variant = VARIANTS.find(name)
    if variant is None:
        raise StudioError(f"A round is stored as {name!r}, which is not known here: update GAL Studio.")
    return variant


def offered_variants() -> dict[str, Variant]:
    """The variants by name that get their button by their hint alone."""
    return {one.name: one for one in VARIANTS if one.hint}


def refuse(doing: Doing, round_: "Round") -> None:
    """Refuse what cannot be done with a round."""
    if sentence := round_.why_not(doing):
        raise StudioError(sentence)


def lora_of(round_: "Round") -> str:
    """The name of a round's LoRA; refused with what to do if it has none yet."""
    if round_.adapter is None:
        raise StudioError(round_.variant.untrained(round_.number))
    return round_.adapter


def refuse_untrained(round_: "Round") -> None:
    """Refuse a round that has no LoRA yet and is generated with one."""
    if not round_.can_generate:
        lora_of(round_)
