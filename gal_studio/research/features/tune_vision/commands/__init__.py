AFTER = "captions"
"""The command after which they stand in the help."""
