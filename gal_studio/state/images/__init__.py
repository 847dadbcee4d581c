"""Pictures from elsewhere, decoded in a process of their own."""
