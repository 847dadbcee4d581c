"""Round 0: generated with the references, before any training (`gal_studio.core.variants.instant`)."""
