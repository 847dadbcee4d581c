"""Short texts for klein."""

from tests.short_texts import short_texts

__all__ = ["short_texts"]
