"""What CLIP sees (Eq. G1), and the map of it."""
