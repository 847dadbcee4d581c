"""Version 25: prior pictures stay those of the training, however candidates are drawn later."""

# JSON of the drawing settings; NULL: those of the round.
STATEMENTS = """
ALTER TABLE rounds ADD COLUMN prior_drawing TEXT
"""
