"""Patch features (Eq. P2), their tuning (Eq. P3) and calibration (Eq. P6), and foreground masks."""
