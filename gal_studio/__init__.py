"""GAL Studio: personalize an image model in rounds; an acquisition policy suggests, a person decides."""

__version__ = "0.1.0"
