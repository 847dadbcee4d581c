"""Model families: everything that differs between kinds of diffusion models, one file a family."""
