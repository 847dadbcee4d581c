"""Real sizes with random weights: what the plan says of memory, and what is used."""

import gal_studio.engine  # noqa: F401  # first: it hides packages from diffusers
