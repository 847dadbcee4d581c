"""Patch maps in a job: the judge, the maps and regions that it stores, and the weights made from them."""
