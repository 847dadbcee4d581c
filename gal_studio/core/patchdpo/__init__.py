"""PatchDPO's arithmetic (Eq. P4 to P7): patch quality and the masks that bound it."""
