"""Features, each a folder that can be deleted.

What a file in it is called says who reads it (CONTRIBUTING.md).
"""
