"""Image adapters for prompts that are tried on Round 0."""

from tests.given_adapter import adapter

__all__ = ["adapter"]
