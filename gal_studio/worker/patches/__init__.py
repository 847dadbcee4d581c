"""Patch maps in a job: the scorer, the maps and regions that it stores, and the weights made from them."""
