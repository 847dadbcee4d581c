"""What the studio can do, by subject; `Studio` has them all."""
