"""Patch features (Eq. P2), their calibration (Eq. P6), and foreground masks."""
