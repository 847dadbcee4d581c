"""Requests for jobs: what a job needs, and whether it may be queued."""
