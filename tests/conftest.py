"""Settings of all tests: properties have no deadline, since a busy machine is slow, not wrong."""

from hypothesis import HealthCheck, settings

from tests.stored_project import clock, drawn, first_round, project, store

__all__ = ["clock", "drawn", "first_round", "project", "store"]

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
