AFTER = "ask"
"""The command after which they stand in the help."""
