"""GAL Studio: personalize an image model in rounds, with a sampler that suggests and a human who decides."""

__version__ = "0.1.0"
