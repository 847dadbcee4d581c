"""A studio, its first round and its second one."""

from tests.studio.conftest import round_id, second, studio

__all__ = ["round_id", "second", "studio"]
