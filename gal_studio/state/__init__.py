"""The store: SQLite for what is known, files named by their content for what is seen and learned."""

from gal_studio.state.store import Store

__all__ = ["Store"]
