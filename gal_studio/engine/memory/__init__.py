"""Measure the memory that a training or a drawing needs, and plan it to fit."""
