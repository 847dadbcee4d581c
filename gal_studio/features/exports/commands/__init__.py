AFTER = "start-from"
"""The command after which they stand in the help."""
