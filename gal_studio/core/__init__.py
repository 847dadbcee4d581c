"""Domain types, settings and the arithmetic of docs/algorithms.md: numpy alone, no files, no models."""
