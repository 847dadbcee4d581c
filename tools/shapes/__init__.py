"""Measure the sizes of the presets' base models, from which the studio plans their memory."""
