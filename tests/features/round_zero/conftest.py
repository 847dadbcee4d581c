"""An image adapter."""

from tests.given_adapter import adapter

__all__ = ["adapter"]
