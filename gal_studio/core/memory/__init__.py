"""What a model needs of memory, and which settings fit into how much of it."""
