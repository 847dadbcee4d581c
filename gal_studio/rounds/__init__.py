"""Rules above the tables: what a round trains on, which pairs a refinement has, and what changes either."""
