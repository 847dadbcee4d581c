"""Adapters as files for other programs: their forms and headers, merged weights, and the check of a file."""
