"""Version 16: a round can have a name of its own, a star, and be archived with the rounds after it."""

STATEMENTS = """
ALTER TABLE rounds ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rounds ADD COLUMN archived INTEGER NOT NULL DEFAULT 0
"""
