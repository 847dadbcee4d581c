"""Views as JSON for the page."""
