"""Image models: loading, prompts, adapters and devices."""
