"""Export a project as one zip file, and import it."""
