"""A round with few images."""

from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]
