"""What a test of one feature needs of another one: it is skipped where that is deleted."""

import pytest

from gal_studio.state.hooks import gives_references

needs_round_zero = pytest.mark.skipif(not gives_references(), reason="no feature generates a Round 0")
