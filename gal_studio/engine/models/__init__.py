"""An open pipeline: its parts, its text, its adapters, and the device that it lies on."""
