"""What a test of one feature needs of another one: it is skipped where that is deleted."""

from collections.abc import Callable
from functools import partial

import pytest

from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.state.hooks import gives_references
from gal_studio.studio import Studio

EXPORTS = "export" in JOB_KINDS
REFINES = "refine" in JOB_KINDS
needs_exports = pytest.mark.skipif(not EXPORTS, reason="no feature writes files for other programs")
needs_refine = pytest.mark.skipif(not REFINES, reason="no feature refines rounds")
needs_round_zero = pytest.mark.skipif(not gives_references(), reason="no feature generates a Round 0")


def refinings(studio: Studio, round_id: str) -> list[Callable[[], object]]:
    """What begins a refinement of a round, where that can be refined."""
    verbs = ("run_refinement", "make_pairs") if REFINES else ()
    return [partial(getattr(studio, verb), round_id) for verb in verbs]
