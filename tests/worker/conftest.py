"""Tiny models for the tests of the worker, loaded once."""

import pytest

from gal_studio.worker.models import Models
from tests.short_searches import short_searches
from tests.short_texts import short_texts

__all__ = ["short_searches", "short_texts"]


@pytest.fixture(scope="session")
def models() -> Models:
    return Models()
