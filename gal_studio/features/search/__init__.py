"""Search the images of a round by words, or by one of them."""
