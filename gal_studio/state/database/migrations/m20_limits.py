"""Version 20: the limits of a vision model's maps against several references at once."""

# A JSON list of the low limits against 2, 4, 8, ... references.
STATEMENTS = """
ALTER TABLE vision_limits ADD COLUMN lows TEXT NOT NULL DEFAULT '[]'
"""
