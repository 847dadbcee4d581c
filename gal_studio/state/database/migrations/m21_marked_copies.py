"""Version 21: a person can say of a candidate whether it is a copy, whatever the witnesses say (Eq. G12)."""

# 1: a copy, 0: none, NULL: nothing was said.
STATEMENTS = """
ALTER TABLE candidates ADD COLUMN marked_copy INTEGER
"""
