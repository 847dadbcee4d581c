"""Jobs: their kinds, their states, and the order of the queue."""
