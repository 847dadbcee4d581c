"""Files named by the hash of their content, and the free disk space for them."""
