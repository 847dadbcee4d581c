"""The pure floor: terms, settings and arithmetic of docs/algorithms.md. numpy alone: no files, no models."""
