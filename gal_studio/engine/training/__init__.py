"""Fine-tuning (Eq. G9) and PatchDPO (Eq. P7): one trainer with its batches, losses and checkpoints."""
