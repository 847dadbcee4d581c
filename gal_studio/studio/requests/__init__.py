"""Asking for work: what a job needs, and whether it may begin."""
