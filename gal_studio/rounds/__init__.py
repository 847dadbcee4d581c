"""Rules on top of the tables: what a round inherits and trains on, a refinement's pairs, and fingerprints."""
