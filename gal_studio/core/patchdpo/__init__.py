"""PatchDPO on arrays (Eq. P4 to P7): patch quality, pair weights and masks."""
