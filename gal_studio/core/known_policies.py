"""What the setting `gal.policy` may name: policies say so when they are loaded, and settings need none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def _nothing(_: object) -> None:
    """Without policies, as in a training alone, no name is looked up."""


@dataclass
class KnownPolicies:
    """How a policy is looked up, which raises StudioError for an unknown one; the words of all by name."""

    find: Callable[[str], object] = _nothing
    words: Callable[[], Mapping[str, str]] = dict
    allow_stored: Callable[[object], None] = _nothing


KNOWN = KnownPolicies()
