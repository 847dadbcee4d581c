"""Image adapters for prompts that are tried on Round 0, and the archive of a filled project."""

from tests.features.round_zero.test_job import adapter
from tests.workspace.archive.conftest import archive, made, target

__all__ = ["adapter", "archive", "made", "target"]
