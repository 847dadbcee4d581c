"""Model families: everything that differs between kinds of diffusion models, in one file each."""
