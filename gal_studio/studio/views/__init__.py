"""What the page and the command line show, read from the store."""
