"""Both tables of PatchDPO, on pictures from anywhere."""
