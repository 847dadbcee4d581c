AFTER = "export"
"""The command after which they stand in the help."""
