"""What a project may learn."""

import re
from typing import get_args

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import TAUGHT, find_taught
from gal_studio.core.types import Kind


def test_each_kind_that_is_stored_has_its_answers() -> None:
    assert TAUGHT.names() == get_args(Kind)
    with pytest.raises(StudioError, match=re.escape("choose one of style, object")):
        find_taught("place")
