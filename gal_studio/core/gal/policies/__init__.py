"""Acquisition policies: what is suggested in a round. One file a policy, one line in `registry.py`."""
