"""What a round is: each file here is one variant, which answers what can be done with such a round."""
