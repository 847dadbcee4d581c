"""A project as one zip file: written, read and brought in."""
