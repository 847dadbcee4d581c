"""A LoRA out of images in one pass, without training."""
