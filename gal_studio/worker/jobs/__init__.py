"""One file a kind of job, and the table of them."""
