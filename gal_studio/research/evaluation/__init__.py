"""The papers' evaluations on pictures from anywhere: both tables of PatchDPO, and the clock arms of GAL."""
