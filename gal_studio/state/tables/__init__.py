"""What is known: projects, rounds, candidates, decisions, refinements and paintings."""
