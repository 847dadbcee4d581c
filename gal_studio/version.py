"""The version of the studio: what a package, a result, a card and a report of a bug say."""

__version__ = "0.3.0"

REPOSITORY = ""
"""The address of the public repository, without a slash at its end; then run `python -m tools.address`."""
