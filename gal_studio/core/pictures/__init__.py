"""What numbers tell of a picture: how much of it a model gives back, and which are nearly the same."""
