"""Acquisition policies: which pictures to suggest. Each is one file."""
