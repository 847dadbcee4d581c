"""Measure rounds on a fixed test set, compare them, and say in words what each one gained."""
