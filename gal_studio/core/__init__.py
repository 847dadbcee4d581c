"""The pure floor: terms, settings and arithmetic of ALGORITHMS.md. numpy alone: no files, no models."""
