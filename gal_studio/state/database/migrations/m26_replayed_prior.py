"""Version 26: a replay draws its prior pictures as the rounds that it repeats did."""

# JSON of the drawing settings; NULL: those of the round.
STATEMENTS = """
ALTER TABLE replay_rounds ADD COLUMN prior_drawing TEXT
"""
