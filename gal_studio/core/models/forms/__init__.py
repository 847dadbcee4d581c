"""Forms of an exported LoRA. Each is one file, and one line in `registry.py`."""
