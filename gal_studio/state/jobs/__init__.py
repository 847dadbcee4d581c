"""Jobs: their states, the queue and its order, and the workers that claim them."""
