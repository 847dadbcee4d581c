"""Everything with weights: models, sampler, embedder, tuner, projector. No store, no screen."""
