"""A studio, its first round and its second one."""

from tests.studio.conftest import round_id, second

__all__ = ["round_id", "second"]
