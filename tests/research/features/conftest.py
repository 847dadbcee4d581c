"""The fixtures of the studio's own features."""

from tests.features.conftest import *  # noqa: F403
