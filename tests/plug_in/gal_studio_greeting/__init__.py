"""A feature of another package, with one command."""
