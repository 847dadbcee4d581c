"""Version 8: archived projects."""

STATEMENTS = """
CREATE TABLE put_away (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    time REAL NOT NULL
)
"""
