"""Version 22: a tried picture that was taken off the list can be put back."""

# When it was taken off; NULL: it is on the list.
STATEMENTS = """
ALTER TABLE trials ADD COLUMN forgotten REAL
"""
