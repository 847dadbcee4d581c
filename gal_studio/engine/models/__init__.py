"""Open models: loading, prompts, adapters and devices."""
