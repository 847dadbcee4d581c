"""What a training or a drawing will need, measured and checked before it begins."""
