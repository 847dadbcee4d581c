"""Work that waits, runs and ends: the queue, its order, and the workers that claim it."""
