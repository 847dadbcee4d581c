"""Forms of an exported LoRA. Each is one file."""
