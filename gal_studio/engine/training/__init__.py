"""Fine-tuning (Eq. G9) and PatchDPO (Eq. P7): one trainer, its batches, losses and checkpoints."""
