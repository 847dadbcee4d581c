"""Commands, each a function in the file of its name."""

AFTER = "judge"
"""The command after which they stand in the help."""
