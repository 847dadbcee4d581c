"""The finished project that comes with the studio: made, packed and shown by `python -m tools.finished`."""
