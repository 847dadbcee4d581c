AFTER = "image-to-lora"
"""The command after which they stand in the help."""
