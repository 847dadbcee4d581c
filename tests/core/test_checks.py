"""Checks of values that come from outside."""

import pytest

from gal_studio.core import checks
from gal_studio.core.errors import StudioError


def test_a_seed_in_digits_keeps_all_of_them() -> None:
    assert checks.typed_seed(" 9223372036854775807 ") == 2**63 - 1
    assert checks.typed_seed(7) == 7
    for odd in ("", "-1", "1.5", "many", "\u0663"):
        assert checks.typed_seed(odd) == odd
        with pytest.raises(StudioError, match="choose a whole number"):
            checks.seed("The seed", checks.typed_seed(odd))
