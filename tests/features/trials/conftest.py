"""Image adapters for prompts that are tried on Round 0, and the archive of a filled project."""

from tests.given_adapter import adapter
from tests.workspace.archive.conftest import archive, made, target

__all__ = ["adapter", "archive", "made", "target"]
