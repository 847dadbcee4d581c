AFTER = "run"
"""The command after which they stand in the help."""
