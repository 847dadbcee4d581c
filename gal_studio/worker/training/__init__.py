"""What every training job shares: prior pictures, checkpoints, the stored weights."""
