AFTER = "judge"
"""The command after which they stand in the help."""
