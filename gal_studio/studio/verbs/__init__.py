"""The methods of `Studio`, by subject."""
