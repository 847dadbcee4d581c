"""Settings of all tests: properties have no deadline, since a busy machine is slow, not wrong."""

import pytest
from hypothesis import HealthCheck, settings

from tests.stored_project import clock, drawn, first_round, project, store

__all__ = ["clock", "drawn", "first_round", "project", "store"]

LONGEST = (
    "test_faults.py",
    "test_everyone.py",
    "test_subjects.py",
    "test_resume.py",
    "test_programs.py",
    "test_replay.py",
)

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin, then those with slow tests: tests that run side by side end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.name not in LONGEST, item.path not in slow))
