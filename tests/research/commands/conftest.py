"""The models and the folder with pictures of the other commands' tests."""

from tests.commands.conftest import folder, names, short_searches, tower

__all__ = ["folder", "names", "short_searches", "tower"]
