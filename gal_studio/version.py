"""The version of the studio: what a package, a result, a card and a report of a bug say."""

__version__ = "0.3.0"
