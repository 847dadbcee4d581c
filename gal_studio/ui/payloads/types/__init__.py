"""The one description of what the page sends and gets, in types."""
