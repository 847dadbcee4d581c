"""Scores of generated pictures. One file a score, one line in `registry.py`."""
