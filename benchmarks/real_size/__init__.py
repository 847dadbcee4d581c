"""Real sizes with random weights: what the plan says of memory, and what is used."""
