"""Tune a vision model on one's own images, for PatchDPO."""
