"""Measure how much memory training and sampling need, and choose batch sizes that fit."""
