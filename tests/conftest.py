"""Settings of all tests: properties have no deadline, since a busy machine is slow, not wrong."""

import pytest
from hypothesis import HealthCheck, settings

from tests.stored_project import clock, drawn, first_round, project, store

__all__ = ["clock", "drawn", "first_round", "project", "store"]

LONGEST = ("test_faults.py", "test_subjects.py", "test_resume.py", "test_programs.py", "test_replay.py")

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin, so that tests that run side by side end together."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
