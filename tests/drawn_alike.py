"""Settings by which each test prompt has as many pictures, all of the LoRA as trained."""

ALIKE = {"allocation": "fixed", "lowest_strength": 1.0, "latest_switch": 0.0}
