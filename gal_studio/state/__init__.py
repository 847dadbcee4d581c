"""The store of a workspace: a SQLite database, and files named by the hash of their content."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gal_studio.state.store import Store

__all__ = ["Store"]


def __getattr__(name: str) -> Any:
    """The store, imported when it is used: what only needs a path does not wait for all tables."""
    if name == "Store":
        from gal_studio.state.store import Store

        return Store
    raise AttributeError(name)
