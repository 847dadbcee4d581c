"""Version 23: an export that is prepared again keeps what was made before until the new one is done."""

STATEMENTS = """
ALTER TABLE exports ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
UPDATE exports SET waits = 1 WHERE made_of IS NULL
"""
