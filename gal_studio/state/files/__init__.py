"""Files named by their content, and the room that is left for them."""
