"""The store of a workspace: a SQLite database, and files named by the hash of their content."""

from gal_studio.state.store import Store

__all__ = ["Store"]
