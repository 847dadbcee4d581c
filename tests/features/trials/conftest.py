"""Image adapters for prompts that are tried on Round 0."""

from tests.worker.test_instant_round import adapter

__all__ = ["adapter"]
