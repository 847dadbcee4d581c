"""Acquisition policies: which pictures to suggest. Each is one file, and one line in `registry.py`."""
