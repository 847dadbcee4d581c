"""Scores of generated pictures. Each file has one or more."""
