"""The diffusion sampler, and adapters fused into the weights while it runs."""
